// include ../../../lib/salesforce-remove-triggers.js
