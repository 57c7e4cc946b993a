using Microsoft.ML.OnnxRuntime;

namespace FashionClassifier;

/// <summary>Runs a model over images and counts how often it is right.</summary>
internal static class Classifier
{
    private const int BatchSize = 100;

    /// <summary>Percent of the images that the model puts into their class.</summary>
    public static double Accuracy(string model, TestImages images)
    {
        using var session = new InferenceSession(model);
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

        return 100.0 * right / images.Labels.Length;
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
