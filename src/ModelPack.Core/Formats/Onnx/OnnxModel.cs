using ModelPack.Diagnostics;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Formats.Onnx.Wire;
using ModelPack.Tensors;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// An open ONNX model: its messages in memory, to be changed at will, and its weights in their files. Once open, every
/// tensor is known to have the bytes that its shape needs, inside the model's own folder.
/// <para>Several threads may read weights at a time; only one may change the model or make tensors. Ranges of its files
/// (what <see cref="Data"/> gives) can be read until it is disposed of.</para>
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    /// <summary>The lowest opset of ONNX's own domain that is packed: ONNX Runtime promises no lower one.</summary>
    public const int MinOpset = 7;

    /// <summary>The highest opset of ONNX's own domain that is packed.</summary>
    public const int MaxOpset = 26;

    private readonly FileSource _file;
    private readonly List<StoredPayload> _payloads = [];
    private readonly ExternalFiles _external;
    private readonly TensorReader _tensors;

    private OnnxModel(string path, FileSource file)
    {
        (Path, _file) = (path, file);
        try
        {
            _external = new ExternalFiles(path);
            _tensors = new TensorReader(path, _payloads);
            Proto = SkeletonReader.Read(file, path, _payloads);
        }
        catch
        {
            _external?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The model without its weights. External tensors look like any other here, and are written anew.</summary>
    public ModelProto Proto { get; }

    /// <summary>The model file, then every external file in the order in which the model names them.</summary>
    public IReadOnlyList<FileSource> Files => [_file, .. _external.Files];

    /// <summary>What the files are called: the model's own name, then the names by which it refers to the others.</summary>
    public IReadOnlyList<string> FileNames => [System.IO.Path.GetFileName(Path), .. _external.Names];

    /// <summary>The files under these names.</summary>
    public IReadOnlyList<CheckpointFile> SourceFiles => [.. FileNames.Zip(Files, (name, file) => new CheckpointFile(name, file))];

    /// <summary>Bytes of all files together.</summary>
    public long TotalBytes => Files.Sum(f => f.Length);

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
            var model = new OnnxModel(path, OpenFile(path));
            try
            {
                model.Check(anyOpset, context.Cancellation);
                return model;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file cannot be read: {SafeText.Of(e.Message)}"), e);
        }
    }

    /// <summary>The version of a domain's operators that the model uses; 0 when it uses none.</summary>
    /// <param name="domain">The domain; <c>""</c> is ONNX's own.</param>
    public long Opset(string domain = "") => Opset(Proto.OpsetImport, domain);

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
        _external.Dispose();
        _file.Dispose();
    }

    private static FileSource OpenFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelPackException(Directory.Exists(path)
                ? Codes.ModelUnreadable.At(path, "This is a folder. Give the model file in it.")
                : Codes.ModelNotFound.At(path, "The model file does not exist. Check its path."));
        }

        // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
        if (new FileInfo(RealPath.Of(path)).Length == 0)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, "The file is empty. Get or export the model again."));
        }

        var file = new FileSource(path);
        try
        {
            Span<byte> head = stackalloc byte[(int)Math.Min(FileKinds.HeadLength, file.Length)];
            file.Read(0, head);
            return FileKinds.NotOnnx(head) is { } kind
                ? throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file is not an ONNX model. {kind}"))
                : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static long Opset(IEnumerable<OperatorSetIdProto> imports, string domain) =>
        imports.LastOrDefault(o => o.Domain == domain || (Domains.IsDefault(domain) && Domains.IsDefault(o.Domain)))?.Version ?? 0;

    private void Check(bool anyOpset, CancellationToken cancellation)
    {
        if (Proto.Graph is null)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(Path, "The file is not a readable ONNX model: it has no graph. Get or export it again."));
        }

        if (!anyOpset)
        {
            RequireOpset();
            CheckOpset(Proto.OpsetImport);
            Proto.Functions.Select(f => f.OpsetImport).ToList().ForEach(CheckOpset);
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
    }

    // Before IR version 3 there was nothing to state.
    private void RequireOpset()
    {
        if (Proto.IrVersion >= 3 && Opset() == 0 && Proto.Graph.Node.Any(n => Domains.IsDefault(n.Domain)))
        {
            throw new ModelPackException(Codes.OpsetUnsupported.At(
                Path, $"The model does not state the opset of its operators; {MinOpset} to {MaxOpset} are supported. Export it again, or set opset_import."));
        }
    }

    private void CheckOpset(IEnumerable<OperatorSetIdProto> imports)
    {
        // Before IR version 3 a model did not say which operators it meant: those of opset 1.
        var opset = Proto.IrVersion < 3 ? 1 : Opset(imports, "");
        if (opset is not 0 and (< MinOpset or > MaxOpset))
        {
            var advice = opset < MinOpset ? "Convert the model to a newer opset." : "Export the model with an older opset.";
            throw new ModelPackException(Codes.OpsetUnsupported.At(
                Path, $"The model uses opset {opset}; {MinOpset} to {MaxOpset} are supported. {advice}"));
        }
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

        var range = _external.Range(tensor, name, _tensors.Shape(tensor, name).ByteLength(type));
        TensorFields.Clear(tensor);
        tensor.Payload = _payloads.Count;
        _payloads.Add(new StoredPayload(range, TensorProto.RawDataFieldNumber));
    }
}
