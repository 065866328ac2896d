// A small script as elements have them: one more member in each row.
done({ response_body: response_body.map((row) => ({ ...row, label: `${row.name} (${row.status})` })) });
