// include ../../../lib/salesforce-object-names.js
