// include ../lib/whole-name.js
if (isWhere) done(whereName());
else if (fromVendor) done(withNames(transformedObject, originalObject.name));
else done(withName(transformedObject, originalObject));
