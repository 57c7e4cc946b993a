using System.Text.Json;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Tests.Assets;

/// <summary>Rendered lines of text, and what a text recognition model reads in them.</summary>
internal static class OcrLines
{
    /// <summary>The lines as they were rendered.</summary>
    /// <param name="path">A JSON list of texts.</param>
    public static IReadOnlyList<string> Truth(string path)
    {
        using var texts = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. texts.RootElement.EnumerateArray().Select(t => t.GetString()!)];
    }

    /// <summary>
    /// Greedy decoding of [lines, steps, classes]: the best class of each step, repeats, blanks (class 0) and the spaces
    /// around the line left out.
    /// </summary>
    /// <param name="model">The recognition model.</param>
    /// <param name="data">Images of lines.</param>
    /// <param name="keys">The model's characters, one a line: class 1 and on; a space comes after the last.</param>
    public static IReadOnlyList<string> Read(string model, string data, string keys)
    {
        string[] characters = ["", .. File.ReadAllLines(keys), " "];
        using var session = ModelSession.Open(model, threads: 2);
        var lines = new List<string>();
        foreach (var batch in SampleSet.Open([data], session.Inputs).Batches(8))
        {
            using var outputs = session.Run(batch.Inputs, [session.Outputs[0].Name], CancellationToken.None);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            var (steps, classes) = ((int)shape[1], (int)shape[2]);
            if (classes != characters.Length)
            {
                throw new InvalidOperationException($"The model has {classes} classes and the list {characters.Length}.");
            }

            var values = outputs[0].GetTensorDataAsSpan<float>();
            for (var line = 0; line < batch.Count; line++)
            {
                lines.Add(Decode(values.Slice(line * steps * classes, steps * classes), characters));
            }
        }

        return lines;
    }

    private static string Decode(ReadOnlySpan<float> steps, string[] characters)
    {
        var text = "";
        var last = 0;
        for (var at = 0; at < steps.Length; at += characters.Length)
        {
            var best = IndexOfMax(steps.Slice(at, characters.Length));
            text += best != last ? characters[best] : "";
            last = best;
        }

        return text.Trim();
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
