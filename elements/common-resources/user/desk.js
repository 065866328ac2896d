// include ../lib/whole-name.js
done(fromVendor ? withNames(transformedObject, originalObject.name) : withName(transformedObject, originalObject));
