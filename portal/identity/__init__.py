"""People who sign in: users, roles, permissions, sessions, second factors.

Words: *user* = a person with a sign-in; *role* = a named set of permissions; *grant* = permission with a scope;
*session* = one signed-in device, listed and revocable. Invariant: a revoked session or disabled user is out at the next request.
Emits UserInvited, PasswordResetAsked.
"""
