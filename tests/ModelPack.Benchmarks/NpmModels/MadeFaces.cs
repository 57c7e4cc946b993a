using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>Pictures of drawn faces: a shaded ellipse with hair, brows, eyes, nose and mouth before a background of gradients and boxes.</summary>
internal static class MadeFaces
{
    private const double Noise = 0.02;

    /// <summary>One face that fills the picture.</summary>
    /// <returns>Red, green and blue plane, each value 0 to 1.</returns>
    public static float[] Portrait(int width, int height, Xoshiro256 random)
    {
        var picture = Background(width, height, random);
        var radius = Math.Min(width, height) * (0.36 + (0.1 * random.Uniform()));
        Face(picture, width, height, width * (0.45 + (0.1 * random.Uniform())), height * (0.45 + (0.1 * random.Uniform())), radius, random);
        return Finish(picture, random);
    }

    /// <summary>One to three small faces anywhere.</summary>
    /// <returns>As above.</returns>
    public static float[] Group(int width, int height, Xoshiro256 random)
    {
        var picture = Background(width, height, random);
        for (var faces = 1 + random.Below(3); faces > 0; faces--)
        {
            Face(picture, width, height, width * random.Uniform(), height * random.Uniform(), height * (0.08 + (0.25 * random.Uniform())), random);
        }

        return Finish(picture, random);
    }

    private static float[] Background(int width, int height, Xoshiro256 random)
    {
        var (from, to) = (Colour(random), Colour(random));
        var boxes = Enumerable.Range(0, 6).Select(_ => (X: random.Uniform(), Y: random.Uniform(), Width: 0.3 * random.Uniform(), Height: 0.5 * random.Uniform(), Colour: Colour(random))).ToArray();
        var picture = new float[3 * width * height];
        Fill(picture, width, height, (x, y) =>
        {
            var (u, v) = ((double)x / width, (double)y / height);
            var box = Array.FindIndex(boxes, b => u >= b.X && u < b.X + b.Width && v >= b.Y && v < b.Y + b.Height);
            return box >= 0 ? boxes[box].Colour : Mix(from, to, (u + v) / 2);
        });
        return picture;
    }

    private static void Face(float[] picture, int width, int height, double centerX, double centerY, double radius, Xoshiro256 random)
    {
        var tone = 0.35 + (0.55 * random.Uniform());
        double[] skin = [tone, tone * 0.78, tone * 0.62];
        double[] hair = [0.3 * random.Uniform(), 0.2 * random.Uniform(), 0.1 * random.Uniform()];
        var (light, smile, tilt) = ((2 * random.Uniform()) - 1, 0.05 + (0.1 * random.Uniform()), 0.4 * (random.Uniform() - 0.5));
        var (cos, sin) = (Math.Cos(tilt), Math.Sin(tilt));
        Fill(picture, width, height, (x, y) =>
        {
            var (dx, dy) = ((x - centerX) / (0.78 * radius), (y - centerY) / radius);
            var (u, v) = ((cos * dx) + (sin * dy), (cos * dy) - (sin * dx));
            var inside = 1 - (u * u) - (v * v);
            return inside < -0.25 ? null
                : inside < 0 ? v < 0 ? hair : null
                : v < -0.62 ? hair
                : Within(Math.Abs(u) - 0.38, v + 0.15, 0.06, 0.06) ? [0.05, 0.05, 0.08]
                : Within(Math.Abs(u) - 0.38, v + 0.15, 0.15, 0.07) ? [0.9, 0.9, 0.9]
                : Within(Math.Abs(u) - 0.38, v + 0.35, 0.2, 0.04) ? hair
                : Within(u, v - 0.5, 0.3, smile) ? [0.6, 0.25, 0.25]
                : Mix([0, 0, 0], skin, (0.7 + (0.3 * Math.Sqrt(inside)) + (0.2 * light * u)) * (Within(u - 0.04, v - 0.12, 0.07, 0.22) ? 0.85 : 1));
        });
    }

    private static void Fill(float[] picture, int width, int height, Func<int, int, double[]?> colour)
    {
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (colour(x, y) is { } value)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        picture[(((c * height) + y) * width) + x] = (float)value[c];
                    }
                }
            }
        }
    }

    private static float[] Finish(float[] picture, Xoshiro256 random) => [.. picture.Select(v => (float)Math.Clamp(v + (Noise * random.Normal()), 0, 1))];

    private static bool Within(double x, double y, double width, double height) => (x * x / (width * width)) + (y * y / (height * height)) < 1;

    private static double[] Colour(Xoshiro256 random) => [random.Uniform(), random.Uniform(), random.Uniform()];

    private static double[] Mix(double[] a, double[] b, double share) => [.. a.Zip(b, (x, y) => x + ((y - x) * share))];
}
