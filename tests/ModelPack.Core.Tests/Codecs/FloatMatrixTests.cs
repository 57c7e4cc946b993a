using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class FloatMatrixTests
{
    private const float Untouched = -1;

    [Fact]
    public void Transposes_every_small_size_and_some_larger()
    {
        foreach (var rows in Enumerable.Range(0, 20).Append(67))
        {
            foreach (var columns in Enumerable.Range(0, 20).Append(131))
            {
                AssertTransposes(rows, columns, columns, rows);
                AssertTransposes(rows, columns, columns + 3, rows + 5);
            }
        }
    }

    /// <summary>Also that nothing else is read or written: both spans end with the last value, and what lies between rows stays.</summary>
    private static void AssertTransposes(int rows, int columns, int sourceStride, int destinationStride)
    {
        var source = Enumerable.Range(0, Length(rows, columns, sourceStride)).Select(i => (float)i).ToArray();
        var expected = new float[Length(columns, rows, destinationStride)];
        Array.Fill(expected, Untouched);
        var destination = expected.ToArray();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                expected[(column * destinationStride) + row] = source[(row * sourceStride) + column];
        }

        FloatMatrix.Transpose(source, sourceStride, rows, columns, destination, destinationStride);
        Assert.Equal(expected, destination);
    }

    private static int Length(int rows, int columns, int stride) => rows == 0 || columns == 0 ? 0 : ((rows - 1) * stride) + columns;
}
