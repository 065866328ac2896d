// Resources of real documents that cannot work as they stand, each with its reason: no simulated vendor can help there.

/** Why a resource fails, by element and resource. */
export const knownFaults: readonly { element: string; resource: string; because: string }[] = [
  {
    element: 'surveymonkey',
    resource: 'POST /weblink',
    because:
      'it is the link behind POST /surveys, and its script reads the answer before it, which a call of its own has not',
  },
];
