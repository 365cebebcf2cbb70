import { AppError } from '../../platform'

export const noIncident = (id: number) =>
  new AppError('not_found', `There is no incident ${id}. List the incidents and choose one.`)
