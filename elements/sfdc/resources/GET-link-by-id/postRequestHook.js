// include ../../../lib/salesforce-record-id.js
