/** Room of the axes, shared by a chart and the lanes below it. */
export const plotLeft = 44
export const plotRight = 14
