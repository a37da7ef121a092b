export const LoginPage = () => 'sign in';
