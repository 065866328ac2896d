// include ../../../lib/salesforce-await-deployment.js
