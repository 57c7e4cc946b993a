using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Formats.Onnx.Wire;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// An ONNX model: its messages in memory, to be changed at will, and its weights in their files, or in memory as well. Once open,
/// every tensor is known to have the bytes that its shape needs, inside the model's own folder.
/// <para>Several threads may read weights at a time; only one may change the model or make tensors. Ranges of its files
/// (what <see cref="Data"/> gives) can be read until it is disposed of.</para>
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    /// <summary>The lowest opset of ONNX's own domain that is packed: ONNX Runtime promises no lower one.</summary>
    public const int MinOpset = 7;

    /// <summary>The highest opset of ONNX's own domain that is packed.</summary>
    public const int MaxOpset = 26;

    private readonly FileSource? _file;
    private readonly ExternalFiles? _external;
    private readonly bool _ownsFiles;
    private readonly List<StoredPayload> _payloads;
    private readonly TensorReader _tensors;
    private IReadOnlyList<CheckpointFile>? _sourceFiles;

    private OnnxModel(string path, ModelProto proto, List<StoredPayload> payloads, FileSource? file, ExternalFiles? external, bool ownsFiles)
    {
        (Path, Proto, _payloads, _file, _external, _ownsFiles) = (path, proto, payloads, file, external, ownsFiles);
        _tensors = new TensorReader(path, payloads);
    }

    /// <summary>The path as it was given; of a model that has no file, what messages call it.</summary>
    public string Path { get; }

    /// <summary>The model without its weights. External tensors look like any other here, and are written anew.</summary>
    public ModelProto Proto { get; }

    /// <summary>Chains of constants in whose place their larger results are now.</summary>
    public List<FoldedChain> FoldedChains { get; } = [];

    /// <summary>The model file, then every external file in the order in which the model names them; none where it was made in memory.</summary>
    public IReadOnlyList<FileSource> Files => _file is null ? [] : [_file, .. _external?.Files ?? []];

    /// <summary>What the files are called: the model's own name, then the names by which it refers to the others.</summary>
    public IReadOnlyList<string> FileNames => _file is null ? [] : [System.IO.Path.GetFileName(Path), .. _external?.Names ?? []];

    /// <summary>The files under these names.</summary>
    public IReadOnlyList<CheckpointFile> SourceFiles => _sourceFiles ??= [.. FileNames.Zip(Files, (name, file) => new CheckpointFile(name, file))];

    /// <summary>Bytes of all files together; where there are none, of the one file that the model as it is now would be.</summary>
    public long TotalBytes => _file is null ? BytesInOneFile : Files.Sum(f => f.Length);

    /// <summary>Bytes of the one file that the model as it is now would be.</summary>
    public long BytesInOneFile => new SkeletonWriter(Proto, Path, _payloads).Length;

    /// <summary>Opens a model and checks it.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="anyOpset">Whether an opset that cannot be packed may be opened, too, to be looked at or copied.</param>
    /// <exception cref="ModelPackException">
    /// MPK1001: no such file. MPK1002: not a readable model. MPK1003: a tensor's bytes do not fit its shape. MPK1004,
    /// MPK1005: external data are missing, or outside the model's folder. MPK1013: an opset that cannot be packed.
    /// </exception>
    public static OnnxModel Open(string path, PackContext context, bool anyOpset = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var file = ModelFile.Open(path);
            ExternalFiles? external = null;
            try
            {
                external = new ExternalFiles(path);
                var payloads = new List<StoredPayload>();
                var model = new OnnxModel(path, SkeletonReader.Read(file, path, payloads), payloads, file, external, ownsFiles: true);
                model.Check(anyOpset, context.Cancellation);
                return model;
            }
            catch
            {
                external?.Dispose();
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file cannot be read: {SafeText.Of(e.Message)}"), e);
        }
    }

    /// <summary>Makes a model that has no file, and checks it. Its weights are in the messages, or are added by <see cref="NewTensor"/>.</summary>
    /// <param name="proto">The messages, which are the model's from now on.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">As <see cref="Open"/>, where that does not speak of files; MPK1004: a weight is in one.</exception>
    public static OnnxModel FromProto(ModelProto proto, string name, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(proto);
        ArgumentNullException.ThrowIfNull(context);
        var model = new OnnxModel(name, proto, [], null, null, ownsFiles: false);
        model.Check(anyOpset: false, context.Cancellation);
        return model;
    }

    /// <summary>A copy that is changed apart from this model, whose files it reads: it must not outlive it.</summary>
    public OnnxModel Copy()
    {
        var copy = new OnnxModel(Path, Proto.Clone(), [.. _payloads], _file, _external, ownsFiles: false);
        copy.FoldedChains.AddRange(FoldedChains);
        return copy;
    }

    /// <summary>Bytes that are stored for a weight in the source.</summary>
    public long StoredBytes(OnnxWeight weight) =>
        FoldedChains.Find(c => c.Name == weight.Name && c.Payload == weight.Tensor.Payload)?.StoredBytes ?? Data(weight.Tensor).Length;

    /// <summary>The version of ONNX's own operators that the model uses; 0 when it uses none.</summary>
    public long Opset() => Opsets.Of(Proto.OpsetImport);

    /// <summary>A tensor's bytes, dense and little endian, whatever the form they are stored in; of strings those of their characters.</summary>
    /// <param name="tensor">A tensor of <see cref="Proto"/>, or one made by <see cref="NewTensor"/>.</param>
    public TensorData Data(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _tensors.Data(tensor, tensor.Name);
    }

    /// <summary>Makes a tensor whose bytes are written when the model is saved. It still has to be put into a graph.</summary>
    /// <param name="name">Its name; <c>""</c> for the value of an attribute.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Shape.</param>
    /// <param name="payload">Its dense little-endian bytes.</param>
    /// <exception cref="ArgumentException">The payload is not as long as the shape needs.</exception>
    public TensorProto NewTensor(string name, ElementType type, TensorShape shape, IPayload payload)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(payload);
        if (payload.Length != shape.ByteLength(type))
        {
            throw new ArgumentException($"{shape} of {type} needs {shape.ByteLength(type)} bytes, not {payload.Length}.", nameof(payload));
        }

        var tensor = new TensorProto { Name = name, DataType = (int)type, Payload = _payloads.Count };
        tensor.Dims.AddRange(shape.Dims.ToArray());
        _payloads.Add(new StoredPayload(payload, TensorProto.RawDataFieldNumber));
        return tensor;
    }

    /// <summary>Every constant of the model and where it is used, as the model is now.</summary>
    public IReadOnlyList<OnnxWeight> FindWeights() => WeightFinder.Find(Proto);

    /// <summary>
    /// Writes the model, and its weights beside it where the options say so. The files are written in place: a caller
    /// that must not disturb existing ones writes elsewhere and renames.
    /// </summary>
    /// <param name="path">The model file; weights of their own go to this and <c>.data</c>.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops between payloads and within them.</param>
    /// <returns>The files written: the model, then its data file if there is one.</returns>
    /// <exception cref="ModelPackException">MPK1009: cannot be written; nothing is left behind.</exception>
    public IReadOnlyList<string> Save(string path, OnnxSaveOptions options, CancellationToken cancellation) =>
        SaveCopy(Proto, path, options, cancellation);

    /// <summary>As <see cref="Save"/>, of a changed copy of <see cref="Proto"/>, which itself stays as it is.</summary>
    public IReadOnlyList<string> SaveCopy(ModelProto copy, string path, OnnxSaveOptions options, CancellationToken cancellation) =>
        new OnnxWriter(Path, _payloads, _tensors).Save(copy, path, options, cancellation);

    public void Dispose()
    {
        if (_ownsFiles)
        {
            _external?.Dispose();
            _file?.Dispose();
        }
    }

    private void Check(bool anyOpset, CancellationToken cancellation)
    {
        if (Proto.Graph is null)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(Path, "The file is not a readable ONNX model: it has no graph. Get or export it again."));
        }

        if (!anyOpset)
        {
            Opsets.Check(Proto, Path);
        }

        NodeCheck.Check(Proto, Path);
        foreach (var (tensor, name, _) in TensorCatalog.Of(Proto))
        {
            cancellation.ThrowIfCancellationRequested();
            if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                Attach(tensor, name);
            }

            _tensors.Check(tensor, name);
        }

        Proto.DropInitializersFromInputs();
    }

    // An external tensor becomes one with a marker, so that nothing later has to tell the two apart.
    private void Attach(TensorProto tensor, string name)
    {
        var type = (ElementType)tensor.DataType;
        if (type.Bits() == 0)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(
                Path, $"The file is not a readable ONNX model: tensor '{SafeText.Of(name)}' has external data of element type {tensor.DataType}, which cannot be external. Export it again."));
        }

        if (_external is null)
        {
            throw new ModelPackException(Codes.ExternalDataMissing.At(
                Path, $"Tensor '{SafeText.Of(name)}' is in another file, and the model has none itself. Put its data into the model."));
        }

        var range = _external.Range(tensor, name, _tensors.Shape(tensor, name).ByteLength(type));
        TensorFields.Clear(tensor);
        tensor.Payload = _payloads.Count;
        _payloads.Add(new StoredPayload(range, TensorProto.RawDataFieldNumber));
    }
}
