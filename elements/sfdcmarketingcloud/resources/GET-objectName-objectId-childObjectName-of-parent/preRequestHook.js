// include ../../../lib/salesforce-list-children.js
