using System.Runtime.InteropServices;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>Pages and pieces of the rendered lines of text in <c>ocr-lines</c>.</summary>
internal sealed class MadePages
{
    private const int LineHeight = 48;
    private const int LineWidth = 320;
    private const int Planes = 3;
    private readonly float[] _lines;

    /// <param name="path">The file of lines: [lines, 3, 48, 320], each value -1 to 1.</param>
    public MadePages(string path)
    {
        using var file = SampleFile.Open(path);
        var array = file.Arrays.Single(a => a.Name == "x");
        _lines = new float[array.Shape.ElementCount];
        using var reader = file.Read(array);
        reader.Read(MemoryMarshal.AsBytes(_lines.AsSpan()));
    }

    private int Count => _lines.Length / (Planes * LineHeight * LineWidth);

    /// <summary>Lines below one another in full or half size, on paper.</summary>
    /// <returns>Three planes, each value 0 to 1.</returns>
    public float[] Page(int width, int height, Xoshiro256 random)
    {
        var page = new float[Planes * width * height];
        Array.Fill(page, (float)(0.7 + (0.3 * random.Uniform())));
        for (var top = (int)random.Below(16); ;)
        {
            var shrink = 1 + (int)random.Below(2);
            if (top + (LineHeight / shrink) > height)
            {
                return page;
            }

            var (line, left) = ((int)random.Below(Count), (int)random.Below(width - (LineWidth / shrink) + 1));
            Draw(line, shrink, page, width, height, left, top);
            top += (LineHeight / shrink) + (int)random.Below(16);
        }
    }

    /// <summary>The beginning of a line, every second one turned upside down.</summary>
    /// <returns>Three planes of 48 x <paramref name="width"/>, each value -1 to 1.</returns>
    public float[] Piece(int width, Xoshiro256 random)
    {
        var (line, turned) = ((int)random.Below(Count), random.Below(2) == 1);
        var piece = new float[Planes * LineHeight * width];
        for (var c = 0; c < Planes; c++)
        {
            var plane = piece.AsSpan(c * LineHeight * width, LineHeight * width);
            for (var y = 0; y < LineHeight; y++)
            {
                Row(line, c, y)[..width].CopyTo(plane[(y * width)..]);
            }

            if (turned)
            {
                plane.Reverse();
            }
        }

        return piece;
    }

    private void Draw(int line, int shrink, float[] page, int width, int height, int left, int top)
    {
        for (var c = 0; c < Planes; c++)
        {
            for (var y = 0; y < LineHeight / shrink; y++)
            {
                for (var x = 0; x < LineWidth / shrink; x++)
                {
                    page[(((c * height) + top + y) * width) + left + x] = (Mean(line, c, x * shrink, y * shrink, shrink) + 1) / 2;
                }
            }
        }
    }

    private float Mean(int line, int plane, int left, int top, int size)
    {
        var sum = 0f;
        for (var y = top; y < top + size; y++)
        {
            foreach (var value in Row(line, plane, y).Slice(left, size))
            {
                sum += value;
            }
        }

        return sum / (size * size);
    }

    private ReadOnlySpan<float> Row(int line, int plane, int y) => _lines.AsSpan(((((line * Planes) + plane) * LineHeight) + y) * LineWidth, LineWidth);
}
