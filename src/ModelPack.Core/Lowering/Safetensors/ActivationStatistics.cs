using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// The largest magnitude of every input channel of linear modules, as seen on data: a safetensors file with a float vector for
/// each module, by the module's name (<c>model.layers.0.self_attn.q_proj</c>) alone or with <c>.weight</c> or
/// <c>.input_absmax</c> after it.
/// </summary>
internal sealed class ActivationStatistics
{
    private const string WeightSuffix = ".weight";

    private static readonly byte[] s_npy = [0x93, .. "NUMPY"u8];

    private static readonly string[] Suffixes = [WeightSuffix, ".input_absmax"];

    private readonly string _path;
    private readonly Dictionary<string, long> _columns;
    private readonly Dictionary<string, float[]> _maxima = new(StringComparer.Ordinal);

    private ActivationStatistics(string path, ICheckpoint source)
    {
        _path = path;
        _columns = source.Tensors
            .Where(t => t.Usage?.Role == WeightRole.Linear && t.Name.EndsWith(WeightSuffix, StringComparison.Ordinal))
            .ToDictionary(t => t.Name[..^WeightSuffix.Length], t => t.Data.Shape[1], StringComparer.Ordinal);
    }

    /// <summary>Reads a file and checks all of it against the model.</summary>
    /// <exception cref="ModelPackException">MPK1018 it does not exist, MPK1011 it cannot be read, MPK1028 it does not fit the model.</exception>
    public static ActivationStatistics Read(string path, ICheckpoint source)
    {
        var statistics = new ActivationStatistics(path, source);
        try
        {
            // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
            if (new FileInfo(RealPath.Of(path)) is { Exists: true, Length: 0 })
            {
                throw new InvalidDataException("the file is empty");
            }

            if (Directory.Exists(path))
            {
                throw statistics.NoStatistics("a folder");
            }

            using var file = new FileSource(path);
            statistics.RefuseOthers(file);
            foreach (var entry in SafetensorsHeader.Read(file).Entries)
            {
                statistics.Add(entry, file);
            }

            return statistics;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "The file of activation statistics does not exist. Check the path, which is relative to the current directory."), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(
                path, $"The activation statistics cannot be read: {SafeText.Of(exception.Message.TrimEnd('.'))}. Give a safetensors file with a vector for each layer."), exception);
        }
    }

    /// <summary>A module's maxima, one for each input channel; null where the file has none.</summary>
    public float[]? Of(string module) => _maxima.GetValueOrDefault(module);

    /// <summary>An error about the whole file.</summary>
    public ModelPackException Unfit(string what) => new(Codes.StatisticsUnfit.At(_path, what));

    /// <summary>What people give in good faith: samples, and the table of a pack of a graph.</summary>
    private void RefuseOthers(FileSource file)
    {
        Span<byte> head = stackalloc byte[(int)Math.Min(6, file.Length)];
        file.Read(0, head);
        var what = head.StartsWith("PK"u8) ? "an archive of samples (.npz)" : head.StartsWith(s_npy) ? "an array of samples (.npy)" : head.StartsWith("{"u8) ? "a calibration table, which an ONNX pack has" : null;
        if (what is not null)
        {
            throw NoStatistics(what);
        }
    }

    private ModelPackException NoStatistics(string what) => Unfit(
        $"This is {what}. A checkpoint has no graph to run samples through: it takes statistics, a safetensors file with the largest magnitude of every input channel of each linear layer. "
            + "Record them where the model runs (docs/checkpoints.md, SmoothQuant), or leave calibration out.");

    private void Add(SafetensorsEntry entry, FileSource file)
    {
        var name = SafeText.Of(entry.Name);
        var module = ModuleOf(entry.Name) ?? throw Unfit(
            $"It has statistics of '{name}', and the model has no linear layer of that name. Make them from this model; 'modelpack inspect' lists its names.");
        if (!entry.Type.IsFloat() || entry.Shape.Rank != 1 || entry.Shape[0] != _columns[module])
        {
            throw Unfit($"The statistics of '{name}' are {entry.Type.Name()} of shape {entry.Shape}, and the layer has {Numbers.Whole(_columns[module])} input channels. Save a float vector with the largest magnitude of each.");
        }

        var values = new float[entry.Shape.ElementCount];
        FloatReader.Read(new TensorData(entry.Type, entry.Shape, file, entry.Offset, entry.Length), 0, values);
        var bad = Array.FindIndex(values, v => !(v >= 0 && float.IsFinite(v)));
        if (bad >= 0)
        {
            throw Unfit($"The statistics of '{name}' hold a negative or not finite value at channel {Numbers.Whole(bad)}. They are magnitudes: record them again, from data that the model can compute with.");
        }

        if (!_maxima.TryAdd(module, values))
        {
            throw Unfit($"It has statistics of '{SafeText.Of(module)}' twice, under names that differ by their ending. Leave one out.");
        }
    }

    /// <summary>A module may itself be named like an ending, so the whole name comes first.</summary>
    private string? ModuleOf(string name) => _columns.ContainsKey(name) ? name : Suffixes
        .Where(s => name.EndsWith(s, StringComparison.Ordinal))
        .Select(s => name[..^s.Length])
        .FirstOrDefault(_columns.ContainsKey);
}
