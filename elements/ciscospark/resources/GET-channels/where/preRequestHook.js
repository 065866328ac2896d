// Webex leaves out what it does not know, which would answer every record as if it had been found.
done({
  continue: false,
  response_status_code: 400,
  response_error_message: 'Webex finds channels by teamId, type, sortBy, orgPublicSpaces, from and to only.',
});
