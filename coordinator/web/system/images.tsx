import type { SystemView } from '#shared/api.ts';
import { texts } from '../texts/texts.ts';

const { system } = texts;

type ImagesProps = Pick<SystemView, 'images' | 'machines'>;

export const Images = ({ images, machines }: ImagesProps) => (
  <section>
    <h2>{system.images}</h2>
    {images.length === 0 ? (
      <p>{system.noImages}</p>
    ) : (
      <div className="scrolls panel">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{system.image}</th>
              <th scope="col">{system.drivers}</th>
              <th scope="col" className="num">
                {system.queued}
              </th>
              <th scope="col" className="num">
                {system.machinesOf}
              </th>
            </tr>
          </thead>
          <tbody>
            {images.map(({ name, os, arch, driver, queued, max }) => (
              <tr key={name}>
                <th scope="row">
                  {name}{' '}
                  <span className="dim">
                    {os} {arch}
                  </span>
                </th>
                <td className="one-line">{driver}</td>
                <td className="num">{queued}</td>
                <td className="num">
                  {machines.filter(({ image }) => image === name).length} of {max}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
);
