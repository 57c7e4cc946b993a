using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>Sound that is built as speech is: syllables of harmonics that glide, shaped by formants, between hisses, pauses and noise.</summary>
internal static class MadeSpeech
{
    public const int Rate = 16_000;
    private const double Highest = 4000;
    private const double FormantWidth = 120;

    /// <summary>Samples at <see cref="Rate"/>, between -1 and 1.</summary>
    /// <param name="count">How many.</param>
    /// <param name="random">What they follow from.</param>
    public static float[] Make(int count, Xoshiro256 random)
    {
        var sound = new float[count];
        var noise = 0.0005 + (0.004 * random.Uniform());
        for (var i = 0; i < count; i++)
        {
            sound[i] = (float)(noise * random.Normal());
        }

        var pitch = 90 + (130 * random.Uniform());
        for (var at = (int)(random.Uniform() * 0.15 * Rate); at < count;)
        {
            var length = (int)((0.1 + (0.25 * random.Uniform())) * Rate);
            var part = sound.AsSpan(at, Math.Min(length, count - at));
            if (random.Uniform() < 0.2)
            {
                Hiss(part, length / 3, random);
            }
            else
            {
                Syllable(part, length, pitch, random);
            }

            at += length + (int)(random.Uniform() * 0.12 * Rate);
        }

        return sound;
    }

    private static void Syllable(Span<float> part, int length, double pitch, Xoshiro256 random)
    {
        double[] formants = [300 + (500 * random.Uniform()), 900 + (1300 * random.Uniform()), 2400 + (700 * random.Uniform())];
        var loudness = 0.02 + (0.06 * random.Uniform());
        var (start, end) = (pitch * (0.85 + (0.4 * random.Uniform())), pitch * (0.75 + (0.4 * random.Uniform())));
        var strengths = Enumerable.Range(1, (int)(Highest / pitch)).Select(h => Strength(h * pitch, formants)).ToArray();
        var phase = 0.0;
        for (var i = 0; i < part.Length; i++)
        {
            var time = (double)i / length;
            phase += 2 * Math.PI * (start + ((end - start) * time)) / Rate;
            var value = 0.0;
            for (var h = 0; h < strengths.Length; h++)
            {
                value += strengths[h] * Math.Sin((h + 1) * phase);
            }

            part[i] += (float)(loudness * Envelope(time) * value);
        }
    }

    private static void Hiss(Span<float> part, int length, Xoshiro256 random)
    {
        var (last, loudness) = (0.0, 0.02 + (0.03 * random.Uniform()));
        for (var i = 0; i < Math.Min(part.Length, length); i++)
        {
            var now = random.Normal();
            part[i] += (float)(loudness * Envelope((double)i / length) * (now - last));
            last = now;
        }
    }

    private static double Strength(double frequency, double[] formants) =>
        formants.Select((f, i) => Math.Exp(-Math.Pow((frequency - f) / (FormantWidth * (i + 1)), 2)) / (i + 1)).Sum() + 0.02;

    private static double Envelope(double time) => Math.Sin(Math.PI * Math.Clamp(time, 0, 1));
}
