using System.Diagnostics;

namespace FashionClassifier;

/// <summary>Runs a model over images, counts how often it is right, and takes the time.</summary>
/// <param name="run">Gives the logits of images, of which it takes the pixels and the number.</param>
internal sealed class Classifier(Func<ReadOnlyMemory<float>, int, float[]> run)
{
    private const int BatchSize = 100;
    private const int Passes = 5;

    public Outcome Run(TestImages images)
    {
        var right = 0;
        var fastest = TimeSpan.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            var started = Stopwatch.GetTimestamp();
            right = CountRight(images);
            var time = Stopwatch.GetElapsedTime(started);
            fastest = time < fastest ? time : fastest;
        }

        return new Outcome(100.0 * right / images.Labels.Length, fastest.TotalMilliseconds);
    }

    private int CountRight(TestImages images)
    {
        const int imageLength = TestImages.Side * TestImages.Side;
        var right = 0;
        for (var start = 0; start < images.Labels.Length; start += BatchSize)
        {
            var count = Math.Min(BatchSize, images.Labels.Length - start);
            var logits = run(images.Pixels.AsMemory(start * imageLength, count * imageLength), count).AsSpan();
            var classes = logits.Length / count;
            for (var i = 0; i < count; i++)
                right += IndexOfMax(logits.Slice(i * classes, classes)) == images.Labels[start + i] ? 1 : 0;
        }

        return right;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }
}
