/** The account that proxies ask for, and its password at the time of the recording. */
export const USER = 'lab';
export const PASSWORD = 'secret';
/** The password after somebody changed it. */
export const OTHER_PASSWORD = 'changed';
/** The origin's name. */
export const ORIGIN = 'origin.test';
/** What curl asks for, after `http:` or `https:`. */
export const TARGET = `//${ORIGIN}/generate_204`;
