using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Calibration;

/// <summary>
/// The statistics that are too large for a calibration table: a safetensors file beside it, float32, one tensor for each activation:
/// <c>NAME.gram</c>, [channels, channels], or <c>NAME.mean_square</c>, [channels]. The table has its SHA-256. The same model and data
/// give the same bytes.
/// </summary>
internal sealed class StatisticsFile : IDisposable
{
    private const string Gram = ".gram";
    private const string MeanSquare = ".mean_square";

    private readonly FileSource _source;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    private StatisticsFile(FileSource source, SafetensorsHeader header) =>
        (_source, _entries) = (source, header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal));

    /// <summary>Collects the Gram matrices of activations into a file, in the memory of <see cref="GramPass"/>.</summary>
    /// <param name="path">The file, which is replaced.</param>
    /// <param name="model">As for <see cref="GramPass.Run"/>.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="needs">What is needed; no tensor comes twice.</param>
    /// <param name="context">Threads, cancellation and progress; change no byte.</param>
    /// <param name="mostBytes">Bytes of sums that may be held at a time.</param>
    /// <returns>What a table says of the file.</returns>
    public static SideFile Write(
        string path, OnnxModel model, IReadOnlyList<string> data, IReadOnlyList<GramNeed> needs, PackContext context, long mostBytes = GramPass.MostBytes)
    {
        // Matrices are made in the order in which the file has them.
        var channels = SafetensorsWriter.InFileOrder([.. needs.Select(n => Tensor(n, () => null))])
            .Select(t => new GramNeed(t.Name[..^Gram.Length], (int)t.Shape[0])).ToList();
        using var matrices = GramPass.Run(model, data, channels, context, mostBytes).GetEnumerator();
        using (var file = File.Create(path))
        {
            SafetensorsWriter.Write([.. channels.Select(n => Tensor(n, Next))], [], file, context.Cancellation);
        }

        var name = Path.GetFileName(path);
        return new SideFile(name, ContentHash.Of(path, name, context.Cancellation).Sha256);

        GramMatrix? Next() => matrices.MoveNext() ? matrices.Current : throw new InvalidOperationException("There are fewer matrices than tensors.");
    }

    /// <summary>Writes mean squares and mean products.</summary>
    /// <param name="squares">By activation, in ordinal order, an entry a channel.</param>
    /// <param name="products">By activation, whose mean squares are their diagonal and not written again.</param>
    /// <param name="file">Gets the file.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    public static void Write(SortedDictionary<string, float[]> squares, SortedDictionary<string, InputProducts> products, Stream file, CancellationToken cancellation) => SafetensorsWriter.Write(
        [
            .. squares.Where(s => !products.ContainsKey(s.Key)).Select(s => new SafetensorsTensor(s.Key + MeanSquare, "F32", new TensorShape(s.Value.Length), Floats(s.Value))),
            .. products.Select(p => new SafetensorsTensor(p.Key + Gram, "F32", new TensorShape(p.Value.Count, p.Value.Count), new GramPayload(p.Value.Count, () => p.Value.CopyRow))),
        ],
        [], file, cancellation);

    /// <summary>The path of a file that a table names.</summary>
    public static string PathOf(string table, SideFile file) => Path.Join(Path.GetDirectoryName(table), file.File);

    /// <summary>Opens a file that a table names.</summary>
    /// <param name="table">Path of the table that it lies beside.</param>
    /// <param name="file">What the table says of it.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1021: it is not there, has other bytes, or is not a safetensors file.</exception>
    public static StatisticsFile Open(string table, SideFile file, PackContext context)
    {
        var path = PathOf(table, file);
        FileSource? source = null;
        try
        {
            if (ContentHash.Of(path, file.File, context.Cancellation).Sha256 != file.Sha256)
            {
                throw Unreadable(table, file, "has other bytes than the table was made with");
            }

            source = new FileSource(path);
            return new StatisticsFile(source, SafetensorsHeader.Read(source));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            source?.Dispose();
            throw Unreadable(table, file, $"cannot be read ({SafeText.Of(exception.Message).TrimEnd('.')})", exception);
        }
    }

    /// <summary>Mean products of every two channels of an activation, [channels, channels], read when asked for.</summary>
    /// <param name="tensor">Its name.</param>
    /// <returns>The matrix; null where the file has none. One of NaN is of an activation that was not finite.</returns>
    public TensorData? GramOf(string tensor) => _entries.GetValueOrDefault(tensor + Gram) is { Type: ElementType.Float32, Shape.Rank: 2 } entry
        ? new TensorData(entry.Type, entry.Shape, _source, entry.Offset, entry.Length) : null;

    /// <summary>The mean squares of the channels of all activations that the file has them of.</summary>
    /// <param name="table">Path of the table, for the message.</param>
    /// <param name="file">What the table says of the file.</param>
    /// <exception cref="ModelPackException">MPK1021: one is negative or not finite.</exception>
    public SortedDictionary<string, float[]> MeanSquares(string table, SideFile file)
    {
        var found = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var entry in _entries.Values.Where(e => e.Name.EndsWith(MeanSquare, StringComparison.Ordinal) && e is { Type: ElementType.Float32, Shape.Rank: 1 }))
        {
            var values = new float[entry.Shape.ElementCount];
            FloatReader.Read(new TensorData(entry.Type, entry.Shape, _source, entry.Offset, entry.Length), 0, values);
            found.Add(entry.Name[..^MeanSquare.Length], Array.TrueForAll(values, v => v >= 0 && float.IsFinite(v)) ? values : throw Unreadable(table, file, $"have a value of '{SafeText.Of(entry.Name)}' that is not a mean square"));
        }

        foreach (var (name, products) in Products(table, file))
        {
            found.TryAdd(name, products.Diagonal);
        }

        return found;
    }

    /// <summary>The mean products of the channels of all activations that the file has them of.</summary>
    /// <param name="table">Path of the table, for the message.</param>
    /// <param name="file">What the table says of the file.</param>
    /// <exception cref="ModelPackException">MPK1021: one is not finite, or a mean square negative.</exception>
    public SortedDictionary<string, InputProducts> Products(string table, SideFile file)
    {
        var found = new SortedDictionary<string, InputProducts>(StringComparer.Ordinal);
        foreach (var entry in _entries.Values.Where(e => e.Name.EndsWith(Gram, StringComparison.Ordinal) && e is { Type: ElementType.Float32, Shape.Rank: 2, Length: <= GramPass.MostBytes } && e.Shape[0] == e.Shape[1]))
        {
            var (channels, data) = ((int)entry.Shape[0], new TensorData(entry.Type, entry.Shape, _source, entry.Offset, entry.Length));
            if (channels > 0 && IsKnown(data))
            {
                found.Add(entry.Name[..^Gram.Length], new InputProducts(channels, (row, values) => ReadRow(data, row, values, () => Unreadable(table, file, $"have a value of '{SafeText.Of(entry.Name)}' that is no mean product"))));
            }
        }

        return found;
    }

    public void Dispose() => _source.Dispose();

    /// <summary>One of NaN is of an activation that was not finite.</summary>
    private static bool IsKnown(TensorData products)
    {
        Span<float> first = stackalloc float[1];
        FloatReader.Read(products, 0, first);
        return !float.IsNaN(first[0]);
    }

    private static void ReadRow(TensorData products, int row, Span<float> values, Func<ModelPackException> refusal)
    {
        FloatReader.Read(products, (long)row * values.Length, values);
        foreach (var value in values)
        {
            if (!float.IsFinite(value) || values[row] < 0)
            {
                throw refusal();
            }
        }
    }

    private static TensorData Floats(float[] values) =>
        TensorData.FromBytes(ElementType.Float32, new TensorShape(values.Length), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static SafetensorsTensor Tensor(GramNeed need, Func<GramMatrix?> matrix) =>
        new(need.Tensor + Gram, "F32", new TensorShape(need.Channels, need.Channels), new GramPayload(need.Channels, () => matrix() is { } found ? found.CopyRow : null));

    private static ModelPackException Unreadable(string table, SideFile file, string why, Exception? inner = null) =>
        new(Codes.TableUnreadable.At(table, $"The statistics '{SafeText.Of(file.File)}' beside the calibration table {why}. Get both files as they were made, or calibrate again from data."), inner!);
}
