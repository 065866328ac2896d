// include ../../../lib/salesforce-created-id.js
