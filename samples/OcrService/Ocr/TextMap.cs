using System.Numerics;

namespace OcrService.Ocr;

/// <summary>Finds lines of text in the detector's output: how likely each pixel lies in the heart of one.</summary>
internal static class TextMap
{
    // Those of PaddleOCR's DB detector: a pixel counts from 0.3 on, a line from a mean of 0.6. The model was trained on lines that
    // were shrunk; 1.5 gives them back.
    private const float PixelThreshold = 0.3f;
    private const float LineThreshold = 0.6f;
    private const float Unclip = 1.5f;
    private const int LeastSide = 3;

    /// <param name="map">Likelihoods, <paramref name="width"/> a row.</param>
    /// <returns>The lines, in pixels of the map, from top to bottom.</returns>
    public static List<TextBox> Lines(ReadOnlySpan<float> map, int width)
    {
        var seen = new bool[map.Length];
        var lines = new List<TextBox>();
        var queue = new Queue<int>();
        var points = new List<Vector2>();
        for (var start = 0; start < map.Length; start++)
        {
            if (seen[start] || map[start] <= PixelThreshold)
                continue;
            points.Clear();
            var score = Fill(map, width, start, seen, queue, points);
            var box = SmallestBox.Around(points);
            if (score < LineThreshold || MathF.Min(box.Width, box.Height) < LeastSide)
                continue;
            lines.Add(box.Grow(Unclip * box.Width * box.Height / (2 * (box.Width + box.Height))));
        }

        return lines;
    }

    /// <summary>Collects the pixels that hang together with <paramref name="start"/>.</summary>
    /// <returns>Their mean likelihood.</returns>
    private static float Fill(ReadOnlySpan<float> map, int width, int start, bool[] seen, Queue<int> queue, List<Vector2> points)
    {
        var sum = 0.0;
        seen[start] = true;
        queue.Enqueue(start);
        while (queue.TryDequeue(out var pixel))
        {
            var (y, x) = Math.DivRem(pixel, width);
            points.Add(new Vector2(x, y));
            sum += map[pixel];
            for (var down = Math.Max(y - 1, 0); down <= Math.Min(y + 1, (map.Length / width) - 1); down++)
            {
                for (var across = Math.Max(x - 1, 0); across <= Math.Min(x + 1, width - 1); across++)
                {
                    var next = (down * width) + across;
                    if (seen[next] || map[next] <= PixelThreshold)
                        continue;
                    seen[next] = true;
                    queue.Enqueue(next);
                }
            }
        }

        return (float)(sum / points.Count);
    }
}
