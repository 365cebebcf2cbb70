export { ObjectiveTable } from './objective-table'
export { objectivesCsv } from './objectives-csv'
export { burnText, goalWords, shortName, statusWords } from './objective-words'
