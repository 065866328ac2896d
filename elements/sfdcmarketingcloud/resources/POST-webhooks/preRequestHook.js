// include ../../../lib/salesforce-deploy-triggers.js
