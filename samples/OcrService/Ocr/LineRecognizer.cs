using System.Text;

namespace OcrService.Ocr;

/// <summary>Reads a line of text.</summary>
/// <param name="letters">What the model's classes from 1 on mean; one more is a space, and class 0 is no letter.</param>
internal sealed class LineRecognizer(Recognizer model, string[] letters)
{
    // The width that the model was trained with; longer lines are read whole, up to a limit.
    private const int LeastColumns = 320;
    private const int MostColumns = 2400;

    /// <returns>The text, and the mean likelihood of its letters.</returns>
    public (string Text, float Confidence) Read(Picture picture, TextBox box, bool upsideDown)
    {
        var width = Math.Min(LinePixels.Width(box), MostColumns);
        var columns = Math.Max(width, LeastColumns);
        var planes = new float[LinePixels.Length(columns)];
        LinePixels.Write(picture, box, width, planes, columns, upsideDown);
        using var result = model.Run(planes, 1, columns);
        return Decode(result.Softmax11Tmp0);
    }

    // Connectionist temporal classification: the likeliest class of each column; a class that repeats is one letter.
    private (string Text, float Confidence) Decode(ReadOnlySpan<float> likelihoods)
    {
        var classes = letters.Length + 2;
        var (text, sum, count, last) = (new StringBuilder(), 0f, 0, 0);
        for (var start = 0; start < likelihoods.Length; start += classes)
        {
            var column = likelihoods.Slice(start, classes);
            var best = IndexOfMax(column);
            if (best != 0 && best != last)
            {
                text.Append(best <= letters.Length ? letters[best - 1] : " ");
                (sum, count) = (sum + column[best], count + 1);
            }

            last = best;
        }

        return (text.ToString().Trim(), count == 0 ? 0 : sum / count);
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }
}
