// include ../POST-steps-upload/postRequestHook.js
