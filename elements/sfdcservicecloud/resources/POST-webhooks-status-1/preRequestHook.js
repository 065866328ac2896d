// include ../../../lib/salesforce-ask-status.js
