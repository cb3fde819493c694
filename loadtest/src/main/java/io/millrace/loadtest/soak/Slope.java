package io.millrace.loadtest.soak;

import java.util.List;

/**
 * A straight line through points by least squares.
 *
 * @param perX growth of y per x
 * @param standardError of that, from what the points are off the line; 0 for fewer than three
 */
record Slope(double perX, double standardError) {
  record Point(double x, double y) {}

  static Slope of(List<Point> points) {
    int count = points.size();
    double meanX = points.stream().mapToDouble(Point::x).average().orElse(0);
    double meanY = points.stream().mapToDouble(Point::y).average().orElse(0);
    double squares = points.stream().mapToDouble(point -> square(point.x - meanX)).sum();
    if (squares == 0) {
      return new Slope(0, 0);
    }
    double products =
        points.stream().mapToDouble(point -> (point.x - meanX) * (point.y - meanY)).sum();
    double slope = products / squares;
    double rest =
        points.stream()
            .mapToDouble(point -> square(point.y - meanY - slope * (point.x - meanX)))
            .sum();
    return new Slope(slope, count > 2 ? Math.sqrt(rest / (count - 2) / squares) : 0);
  }

  private static double square(double value) {
    return value * value;
  }
}
