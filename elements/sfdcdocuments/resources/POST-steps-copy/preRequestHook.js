// include ../POST-steps-upload/preRequestHook.js
