// include ../../../lib/salesforce-create-child.js
