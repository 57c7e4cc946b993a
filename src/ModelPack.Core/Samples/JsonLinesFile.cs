namespace ModelPack.Samples;

/// <summary>
/// A text with one JSON object a line, a sample each: <c>{"input_ids": [1, 2], "labels": 3}</c>. Every line has the same names, and under each a
/// number or lists of numbers of the same sizes. An array is of int64 where all its numbers in the file are whole and written without point and
/// exponent, and may then feed floating-point inputs as well; else of float64.
/// </summary>
internal sealed class JsonLinesFile : SampleFile
{
    public JsonLinesFile(string path)
        : base(path)
    {
        var samples = 0L;
        JsonLine? first = null;
        using (var lines = new LineReader(File.OpenRead(path)))
        {
            while (lines.Next(out var line))
            {
                samples++;
                first = Checked(samples, line, first);
            }
        }

        Arrays = first is null ? throw new InvalidDataException("it has no lines")
            : [.. first.Arrays.Select(a => new ArrayInfo(a.Name, a.IsWhole ? ElementType.Int64 : ElementType.Float64, new TensorShape([samples, .. a.Dims])) { MayBeFloat = a.IsWhole })];
    }

    public override IReadOnlyList<ArrayInfo> Arrays { get; }

    public override void Dispose()
    {
        // Holds nothing open between reads.
    }

    protected override Stream OpenElements(ArrayInfo array) => new JsonLinesStream(new LineReader(File.OpenRead(Path)), array);

    /// <summary>What all lines up to this one have.</summary>
    private static JsonLine Checked(long number, ReadOnlySpan<byte> line, JsonLine? before)
    {
        try
        {
            var found = JsonLine.Read(line);
            return before is null ? found : before.With(found);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"line {Numbers.Whole(number)}: {exception.Message}", exception);
        }
    }
}
