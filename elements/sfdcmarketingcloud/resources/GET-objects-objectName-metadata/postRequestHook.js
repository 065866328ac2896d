// include ../../../lib/salesforce-object-metadata.js
