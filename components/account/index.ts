export { AccountMenu, initials } from './account-menu'
export { MeProvider, useMe, useRefusal } from './me'
export { SignInCard } from './sign-in-card'
export { ToSignIn } from './to-sign-in'
