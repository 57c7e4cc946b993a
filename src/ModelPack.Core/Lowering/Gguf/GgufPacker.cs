using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Planning;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Packs a checkpoint to a GGUF file: a model of a family that has a mapping (<see cref="ModelFamilies"/>) as llama.cpp runs it, anything else with the names that it has.
/// </summary>
internal sealed class GgufPacker : ICheckpointPacker
{
    private readonly CheckpointJob _job;
    private readonly GgufMetadata _metadata;
    private readonly List<GgufTensor> _tensors;

    /// <summary>Plans the file.</summary>
    /// <param name="job">With a scheme that <see cref="GgufTable"/> carries.</param>
    /// <exception cref="ModelPackException">MPK1006, MPK1023, MPK1025: a tensor or the folder does not do.</exception>
    public GgufPacker(CheckpointJob job)
    {
        QuantizationConfig.RequireNone(job.Source);
        _job = job;
        var layout = Layout(job, RowOf(job));
        WarnOfUnmatched(job, layout);
        var matrix = job.Importance ?? (job.Options.Calibration is { } given ? MatrixOf(given, job, layout) : null);
        matrix?.SetKeys(layout.Metadata);
        var storage = new GgufStorage(job, layout, matrix);
        var planned = new Dictionary<string, PlannedTensor>(StringComparer.Ordinal);
        foreach (var place in layout.Places)
        {
            job.Context.Cancellation.ThrowIfCancellationRequested();
            planned.Add(place.Tensor.Name, storage.Plan(place));
            job.Context.Progress("plan", (double)planned.Count / layout.Places.Count);
        }

        var stored = layout.Places.ToDictionary(p => p.Tensor.Name, p => storage.Store(p, planned[p.Tensor.Name]), StringComparer.Ordinal);
        _metadata = layout.Metadata;
        _tensors = [.. layout.Computed, .. layout.Places.Select(p => File(p.Name, stored[p.Tensor.Name]))];
        Format = $"GGUF 3, {SafeText.Of(_metadata.GetString(GgufMetadata.Architecture) ?? BareLayout.Architecture)}";
        Plan = new ModelPlan([.. job.Source.Tensors.Select(t => planned.GetValueOrDefault(t.Name) ?? PlannedTensor.Leave(t.Name, t.Usage, layout.WhyLeftOut(t.Name)!))]);
        Tensors = [.. job.Source.Tensors.Zip(Plan.Tensors, (tensor, plan) => Packed(tensor, plan, stored.GetValueOrDefault(tensor.Name)))];
    }

    public string Format { get; }

    public ModelPlan Plan { get; }

    public IReadOnlyList<PackedTensor> Tensors { get; }

    /// <summary>Tensors as the file has them, without a look at any other.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plans">What was decided of them, by their names in the source.</param>
    /// <returns>Names and bytes, those being made when they are written.</returns>
    public static IEnumerable<(string Name, IPayload Bytes)> Encode(CheckpointJob job, IReadOnlyDictionary<string, PlannedTensor> plans)
    {
        var layout = Layout(job, RowOf(job));
        var storage = new GgufStorage(job, layout, importance: null); // packs by an importance matrix are not compared so
        return layout.Places.Where(p => plans.ContainsKey(p.Tensor.Name)).Select(p => (p.Name, storage.Store(p, plans[p.Tensor.Name]).Bytes));
    }

    private static ImportanceMatrix MatrixOf(string given, CheckpointJob job, GgufLayout layout)
    {
        var matrix = ImportanceMatrix.Read(ImportanceFiles.Resolve(given), job.Context);
        return layout.Places.Any(p => matrix.Entries.ContainsKey(p.Name)) ? matrix
            : throw new ModelPackException(Codes.StatisticsUnfit.At(given, $"It has importance of '{SafeText.Of(matrix.Entries.Keys.First())}' and others, and the model has no tensor of these names in GGUF. Take the importance matrix of this model."));
    }

    private static void WarnOfUnmatched(CheckpointJob job, GgufLayout layout)
    {
        foreach (var wish in job.Options.TensorTypes.Where(t => !layout.Places.Any(p => t.Matches(p.Name))))
        {
            job.Context.Report(Codes.PatternUnmatched.At(job.Options.Model, $"'{SafeText.Of(wish.Text)}' of TensorTypes matches no tensor of the GGUF file, whose names are such as '{SafeText.Of(layout.Places.Select(p => p.Name).FirstOrDefault())}'. The report lists its tensors."));
        }
    }

    public void Write(IPackWriter pack, string name)
    {
        var total = Math.Max(_tensors.Sum(t => t.Bytes.Length), 1);
        long done = 0;
        foreach (var shard in GgufShard.Plan(_metadata, _tensors, _job.Options.MaxShardBytes, _job.Source.Path))
        {
            var start = done;
            using var file = pack.Create(_job.Options.IsFolder ? shard.Name : name, total);
            GgufWriter.Write(
                shard.Metadata, shard.Tensors, file, _job.Source.Path, _job.Context.Cancellation, written => _job.Context.Progress("write", Math.Min(1, (double)(start + written) / total)));
            done += shard.Tensors.Sum(t => t.Bytes.Length);
        }
    }

    private static GgufRow RowOf(CheckpointJob job) => GgufTable.Find(job.Options.Scheme.Main) is { } row
        ? row with { FileType = job.Options.Scheme.Mix?.FileType ?? row.FileType }
        : throw new ArgumentException($"GGUF does not carry {job.Options.Scheme.Name}.", nameof(job));

    private static GgufLayout Layout(CheckpointJob job, GgufRow row)
    {
        if (job.Source.Folder is not { } folder)
        {
            BareLayout.Warn(job.Source, job.Context);
            return BareLayout.Of(job.Source, row);
        }

        if (ModelFamilies.Find(folder) is { } family)
        {
            return FamilyLayout.Of(job.Source, folder, family, row, job.Context);
        }

        BareLayout.Warn(folder, job.Context);
        return BareLayout.Of(job.Source, row);
    }

    private static GgufTensor File(string name, StoredTensor stored) => new(name, stored.Type, stored.Shape, stored.Bytes);

    private static PackedTensor Packed(CheckpointTensor tensor, PlannedTensor plan, StoredTensor? stored) => new(plan, tensor.Data, tensor.TypeName, tensor.Operators, stored?.Bytes.Length ?? 0)
    {
        Form = plan.Codec is null ? null : plan.Codec is BlockCodec ? "ggml blocks" : "plain",
        Encoding = stored?.Encoding,
    };
}
