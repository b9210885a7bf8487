/** Lambert's azimuthal equal-area projection on the ellipsoid WGS 84 (Snyder 1987, p. 187-190): metres to degrees. */
const projection = (() => {
  const A = 6378137, F = 1 / 298.257223563, E2 = F * (2 - F), E = Math.sqrt(E2);

  const q = (sine) => (1 - E2) * (sine / (1 - E2 * sine * sine) - Math.log((1 - E * sine) / (1 + E * sine)) / (2 * E));

  /** Longitude and latitude [degrees] of a point [m] in the projection centred on lon0, lat0 [degrees]. */
  function inverse(x, y, lon0, lat0) {
    const radians = Math.PI / 180, phi0 = lat0 * radians, sine0 = Math.sin(phi0);
    const qp = q(1), radius = A * Math.sqrt(qp / 2), beta0 = Math.asin(q(sine0) / qp);
    const d = A * Math.cos(phi0) / Math.sqrt(1 - E2 * sine0 * sine0) / (radius * Math.cos(beta0));
    const rho = Math.hypot(x / d, y * d);
    if (rho === 0) return [lon0, lat0];
    const ce = 2 * Math.asin(rho / (2 * radius));
    const own = qp * (Math.cos(ce) * Math.sin(beta0) + d * y * Math.sin(ce) * Math.cos(beta0) / rho);
    const lambda = Math.atan2(x * Math.sin(ce), d * rho * Math.cos(beta0) * Math.cos(ce) - d * d * y * Math.sin(beta0) * Math.sin(ce));
    let phi = Math.asin(own / 2);
    for (let i = 0; i < 20; i++) {
      const sine = Math.sin(phi), flat = 1 - E2 * sine * sine;
      const step = flat * flat / (2 * Math.cos(phi)) * ((own - q(sine)) / (1 - E2));
      phi += step;
      if (Math.abs(step) < 1e-15) break;
    }
    const lon = lon0 + lambda / radians;
    return [((lon + 540) % 360) - 180, phi / radians];
  }

  return { inverse };
})();
