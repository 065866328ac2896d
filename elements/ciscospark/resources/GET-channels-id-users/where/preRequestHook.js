// Webex leaves out what it does not know, which would answer every record as if it had been found.
done({
  continue: false,
  response_status_code: 400,
  response_error_message: 'Webex finds users of a channel by personEmail and personId only.',
});
