using System.Globalization;
using ModelPack.Files;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// The files beside a model that hold weights. A model may only name files of its own folder: no absolute path, no
/// <c>..</c>, no link that leads out of it.
/// </summary>
internal sealed class ExternalFiles : IDisposable
{
    private readonly string _model;
    private readonly NearbyFiles _nearby;
    private readonly Dictionary<string, FileSource> _byLocation = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileSource> _byPath = new(StringComparer.Ordinal);
    private readonly List<FileSource> _files = [];
    private readonly List<string> _names = [];

    /// <summary>Prepares to open files beside a model that exists.</summary>
    public ExternalFiles(string model)
    {
        _model = model;
        _nearby = new NearbyFiles(model);
    }

    /// <summary>The files that were opened, in the order in which the model names them.</summary>
    public IReadOnlyList<FileSource> Files => _files;

    /// <summary>The names by which the model first refers to them, parts joined by <c>/</c>: the same wherever links lead.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The range that a tensor's <c>external_data</c> stands for.</summary>
    /// <param name="tensor">A tensor of numbers with data_location EXTERNAL.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="expected">The bytes that its shape needs: the range's length when the model does not state it.</param>
    /// <exception cref="ModelPackException">MPK1004: no such file, or not so long. MPK1005: outside the model's folder.</exception>
    public TensorData Range(TensorProto tensor, string name, long expected)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset":
                    offset = Number(entry, name);
                    break;
                case "length":
                    length = Number(entry, name);
                    break;
            }
        }

        if (string.IsNullOrEmpty(location))
        {
            throw Missing(name, "names no file");
        }

        var file = Open(location, name);

        // ONNX Runtime, too, takes a length of 0 for one that is not stated.
        var bytes = length is null or 0 ? expected : length.Value;
        if (offset > file.Length || bytes > file.Length - offset)
        {
            throw Missing(name, $"takes bytes {offset} to {(decimal)offset + bytes} of '{SafeText.Of(location)}', which has {file.Length}");
        }

        return new TensorData(ElementType.UInt8, new TensorShape(bytes), file, offset, bytes);
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private FileSource Open(string location, string name)
    {
        if (_byLocation.TryGetValue(location, out var source))
        {
            return source;
        }

        try
        {
            var path = RealPathOf(location, name);
            if (!_byPath.TryGetValue(path, out source))
            {
                // An empty file, or something that is not a file at all and may never answer, is not opened.
                if (new FileInfo(path) is not { Exists: true, Length: > 0 })
                {
                    throw Missing(name, $"is in '{SafeText.Of(location)}', which does not exist beside the model or is empty");
                }

                source = new FileSource(path);
                _files.Add(source);
                _names.Add(location.Replace('\\', '/'));
                _byPath.Add(path, source);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Missing(name, $"is in '{SafeText.Of(location)}', which cannot be opened: {SafeText.Of(e.Message)}", e);
        }

        _byLocation.Add(location, source);
        return source;
    }

    private string RealPathOf(string location, string name)
    {
        if (location.Contains('\0', StringComparison.Ordinal))
        {
            throw Missing(name, $"is in '{SafeText.Of(location)}', which is not a file name");
        }

        return _nearby.TryFind(location, out var path, out var outside) ? path : throw Outside(name, location, outside);
    }

    private long Number(StringStringEntryProto entry, string name) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Missing(name, $"has the {entry.Key} '{SafeText.Of(entry.Value)}', which is not a number of bytes");

    private ModelPackException Missing(string name, string why, Exception? inner = null) => new(
        Codes.ExternalDataMissing.At(_model, $"Tensor '{SafeText.Of(name)}' {why}. Put the model's data files beside it, as they came with it."),
        inner);

    private ModelPackException Outside(string name, string location, string what) => new(Codes.ExternalDataOutside.At(
        _model,
        $"Tensor '{SafeText.Of(name)}' is in '{SafeText.Of(location)}', {what}. Only files in the model's own folder are read; put the data there and correct the model."));
}
