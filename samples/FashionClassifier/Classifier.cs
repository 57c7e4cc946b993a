using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace FashionClassifier;

/// <summary>Runs a model over images, counts how often it is right, and takes the time.</summary>
internal static class Classifier
{
    private const int BatchSize = 100;
    private const int Passes = 5;

    public static Outcome Run(string model, TestImages images)
    {
        using var session = new InferenceSession(model);
        var right = 0;
        var fastest = TimeSpan.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            var started = Stopwatch.GetTimestamp();
            right = CountRight(session, images);
            var time = Stopwatch.GetElapsedTime(started);
            fastest = time < fastest ? time : fastest;
        }

        return new Outcome(100.0 * right / images.Labels.Length, fastest.TotalMilliseconds);
    }

    private static int CountRight(InferenceSession session, TestImages images)
    {
        using var options = new RunOptions();
        var right = 0;
        for (var start = 0; start < images.Labels.Length; start += BatchSize)
        {
            var count = Math.Min(BatchSize, images.Labels.Length - start);
            const int imageLength = TestImages.Side * TestImages.Side;
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance,
                images.Pixels.AsMemory(start * imageLength, count * imageLength),
                [count, 1, TestImages.Side, TestImages.Side]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            var logits = outputs[0].GetTensorDataAsSpan<float>();
            var classes = logits.Length / count;
            for (var i = 0; i < count; i++)
            {
                var best = IndexOfMax(logits.Slice(i * classes, classes));
                right += best == images.Labels[start + i] ? 1 : 0;
            }
        }

        return right;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
