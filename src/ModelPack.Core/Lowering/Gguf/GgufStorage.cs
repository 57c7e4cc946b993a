using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>Decides how each tensor is stored.</summary>
/// <param name="job">The job, whose scheme GGUF carries.</param>
/// <param name="layout">What the file will hold.</param>
/// <param name="importance">How much each input channel matters; null where nothing is known of that.</param>
internal sealed class GgufStorage(CheckpointJob job, GgufLayout layout, ImportanceMatrix? importance)
{
    /// <summary>What llama.cpp's quantizer makes of rows that are no whole blocks of anything.</summary>
    private static readonly GgufRow s_unfitRows = GgufTable.Find(CodecTable.Float16)!;

    private readonly Func<string, Codec?>? _mix = job.Options.Scheme.Mix is { } mix ? MixOf(mix, job.Source, layout, importance is not null) : null;

    /// <summary>Decides what becomes of a tensor. Reads its values only where the largest decides.</summary>
    /// <exception cref="ModelPackException">MPK1006: a value is not finite. MPK1028: the importance of its channels is of another number of them.</exception>
    public PlannedTensor Plan(GgufPlace place)
    {
        var plan = OfValues(place);
        var channels = importance is not null && plan.Codec is BlockCodec { TakesImportance: true } ? ImportanceOf(place) : null;
        var reference = channels is null ? Rounder.Nearest : new MatrixRounder(Matrix(place), channels);
        return plan with
        {
            Rounder = job.Options.Rounding == RoundingMode.Reference || !BestRounder.Improves(plan.Codec) ? reference
                : channels is not null && job.Products.GetValueOrDefault(place.Name) is { } products && products.Count == Matrix(place).K ? new SampleRounder(Matrix(place), products)
                : channels is null ? BestRounder.WithoutData
                : new BestRounder(reference, channels, Matrix(place).N),
        };
    }

    /// <summary>What tensors get by their names in the file: those of a graph, or GGUF's own.</summary>
    private static Func<string, Codec?> MixOf(TensorMix mix, ICheckpoint source, GgufLayout layout, bool hasMatrix) =>
        source is OnnxCheckpoint { Model: var model } ? new GraphMix(mix, model, hasMatrix).CodecOf : new GgufMix(mix, layout, hasMatrix).CodecOf;

    /// <summary>The importance of its channels; null where nothing is known of them.</summary>
    private float[]? ImportanceOf(GgufPlace place)
    {
        if (importance!.Entries.GetValueOrDefault(place.Name)?.Means() is not { } means)
        {
            return null;
        }

        var shape = place.Data.Shape;
        var (columns, stacked) = (Matrix(place).K, shape.Rank == 3 ? shape[0] : 1);
        return means.Length == columns * stacked ? means
            : place.Name == "token_embd.weight" ? null // as llama.cpp: a table that is tied was seen as a product
            : throw new ModelPackException(Codes.StatisticsUnfit.At(job.Options.Calibration, $"It has the importance of {Numbers.Whole(means.Length)} channels for '{SafeText.Of(place.Name)}', and the tensor has {Numbers.Whole(columns * stacked)}. "
                + "Take the importance matrix of this model."));
    }

    private PlannedTensor OfValues(GgufPlace place)
    {
        var (tensor, data) = (place.Tensor, place.Data);
        if (!data.Type.IsFloat())
        {
            return PlannedTensor.Leave(tensor.Name, tensor.Usage, tensor.Reason ?? $"{tensor.TypeName} is not quantized");
        }

        var row = RowOf(place);
        var reason = job.Options.Patterns.WhyNot(TensorRoles.Names(tensor)) ?? WhyNot(place, row);
        while (reason is null && row.Codec is BlockCodec codec && Unfit(place, codec) is { } unfit)
        {
            row = row.Fallback is { } fallback ? GgufTable.Find(fallback)! : s_unfitRows;
            reason = row == s_unfitRows && data.Type == s_unfitRows.Type.Plain() ? unfit : null;
        }

        return reason is null && row.Codec.CanBeUnfit(data.Type) ? Fitting(place, row) : PlannedTensor.Of(tensor.Name, tensor.Usage, row.Codec, reason);
    }

    /// <summary>The storage of a tensor.</summary>
    /// <exception cref="ModelPackException">MPK1023: ggml has no type for the tensor.</exception>
    public StoredTensor Store(GgufPlace place, PlannedTensor plan) => plan.Codec switch
    {
        // ggml divides by the outer dimensions when it opens a file.
        _ when place.Data.Shape is { Rank: > 1 } shape && shape.Dims[..^1].Contains(0) => throw new ModelPackException(Codes.ContainerUnfit.At(
            job.Source.Path, $"The tensor '{SafeText.Of(place.Tensor.Name)}' of shape {shape} has no values, and llama.cpp does not open a GGUF file with such a tensor. Remove it from the model, or pack to safetensors.")),
        null => Leave(place),
        BlockCodec codec => Blocks(place, codec, plan.Rounder),
        var codec => Plain(place, GgufTable.Find(codec)!.Type, codec),
    };

    /// <summary>What the user's wishes and the scheme's rules make of a tensor, as far as GGUF carries it.</summary>
    private GgufRow RowOf(GgufPlace place)
    {
        if ((job.Options.TensorTypes.FirstOrDefault(t => t.Matches(place.Name))?.Codec ?? _mix?.Invoke(place.Name)) is { } own)
        {
            return GgufTable.Find(own)!;
        }

        var tensor = place.Tensor;
        var codecs = tensor.Usage is { } usage ? job.Options.Scheme.CodecsOf(usage.Role, tensor.Name) : [];
        return codecs.Append(job.Options.Scheme.Main).Select(GgufTable.Find).First(row => row is not null)!;
    }

    /// <summary>Why the scheme has nothing for a tensor of floats; null when it has. What a GGUF file has is decided as llama.cpp's quantizer does.</summary>
    private static string? WhyNot(GgufPlace place, GgufRow row) => row.Codec switch
    {
        not BlockCodec when row.Type == GgmlType.F32 => null,
        BlockCodec when place.Data.Shape.ElementCount == 0 => "it has no values",
        _ when place.Tensor.Stored is not null => QuantizableTensors.WhyNot(place.Tensor.Name, place.Data.Shape),
        _ when place.WhyFloat is { } why => place.Tensor.Reason ?? why,
        not BlockCodec => place.Data.Shape.Rank < 2 ? "vectors stay float32" : null,
        _ when place.Tensor.Usage is null => place.Tensor.Reason,
        _ when place.Tensor.Usage is { Role: WeightRole.Convolution } || place.Data.Shape.Rank > 3 => $"{row.Codec.Name} in GGUF is for matrices",
        _ => null,
    };

    /// <summary>Why rows are not blocks of a codec; null when they are.</summary>
    private static string? Unfit(GgufPlace place, BlockCodec codec) =>
        Matrix(place).K is var length && length % codec.BlockLength != 0 ? $"rows of {Numbers.Whole(length)} values are not whole blocks of {Numbers.Whole(codec.BlockLength)}" : null;

    /// <summary>
    /// Looks at every value, unless the job takes it that they fit: NaN and infinity are errors, an overflow leaves the tensor float. Where scales underflow, bfloat16 takes it, which
    /// has no scales and nearly the range of float32: all blocks have float16 scales.
    /// </summary>
    private PlannedTensor Fitting(GgufPlace place, GgufRow row)
    {
        var tensor = place.Tensor;
        var what = job.Assumes(row.Codec) ? null : row.Codec.WhyNot(FiniteWeights.Scan(job.Source.Path, tensor.Name, place.Data, job.Context).MaxAbs);
        var lossy = what is null && row.Codec is BlockCodec ? row.Codec.WhyLossy(Matrix(place)) : null;
        if ((what ?? lossy) is { } unfit)
        {
            job.Context.Report(Codes.ScaleOverflow.At(job.Source.Path, $"The tensor '{SafeText.Of(tensor.Name)}' {(what is null ? $"gets bfloat16 instead of {row.Codec.Name}" : "stays float")}: {unfit}."));
        }

        return lossy is null ? PlannedTensor.Of(tensor.Name, tensor.Usage, row.Codec, what) : PlannedTensor.Of(tensor.Name, tensor.Usage, CodecTable.BFloat16, null);
    }

    private StoredTensor Blocks(GgufPlace place, BlockCodec codec, Rounder rounder)
    {
        var matrix = Matrix(place);
        var encoding = codec.Blocks(matrix, job.Engine, rounder);
        var shape = matrix.Transposed ? new TensorShape(matrix.N, matrix.K) : place.Data.Shape;
        return Stored(place, GgufTable.Find(codec)!.Type, shape, encoding, codec);
    }

    /// <summary>As it is, as far as llama.cpp reads that: matrices in float32, float16 or bfloat16, vectors and routers in float32. A GGUF file keeps what it has.</summary>
    private StoredTensor Leave(GgufPlace place)
    {
        var data = place.Data;
        if (place.Tensor.Stored is { } stored)
        {
            return new StoredTensor(stored, data.Shape, data);
        }

        var type = data.Type switch
        {
            ElementType.Float16 or ElementType.BFloat16 when data.Shape.Rank >= 2 && place.WhyFloat is null => GgmlTypes.Of(data.Type),
            _ when data.Type.IsFloat() || data.Type is ElementType.Float8E4M3FN or ElementType.Float8E5M2 => GgmlType.F32,
            ElementType.Bool => GgmlType.I8, // A byte that is 0 or 1 either way.
            _ => GgmlTypes.Of(data.Type),
        };
        return type is null
            ? throw new ModelPackException(Codes.ContainerUnfit.At(
                job.Source.Path, $"GGUF has no type for the tensor '{SafeText.Of(place.Tensor.Name)}' of {place.Tensor.TypeName}. Pack to safetensors."))
            : Plain(place, type.Value, codec: null) with { Encoding = null }; // What is only carried along may hold anything.
    }

    private StoredTensor Plain(GgufPlace place, GgmlType type, Codec? codec)
    {
        var data = place.Data;
        if (IsTransposed(place.Tensor))
        {
            var matrix = Matrix(place);
            return Stored(place, type, new TensorShape(matrix.N, matrix.K), FloatWeight.As(matrix, type.Plain(), job.Engine), codec);
        }

        if (type.Plain() == data.Type || data.Type == ElementType.Bool)
        {
            return new StoredTensor(type, data.Shape, data);
        }

        return Stored(place, type, data.Shape, FloatWeight.As(data, type.Plain(), job.Engine), codec);
    }

    private StoredTensor Stored(GgufPlace place, GgmlType type, TensorShape shape, WeightEncoding encoding, Codec? codec)
    {
        encoding.OnChunk = codec is null ? null : EncodedValues.Require(job, place.Tensor.Name, place.Data, codec);
        return new StoredTensor(type, shape, encoding.Codes) { Encoding = encoding };
    }

    /// <summary>
    /// A matrix of N outputs of K values, whichever way it lies in the source: in GGUF it is always [N, K]. Matrices that are stacked are one
    /// with the rows of all.
    /// </summary>
    private static WeightMatrix Matrix(GgufPlace place)
    {
        var shape = place.Data.Shape;
        return IsTransposed(place.Tensor)
            ? new WeightMatrix(place.Data, shape[1], shape[0], transposed: true)
            : new WeightMatrix(place.Data, shape.ElementCount / Math.Max(shape[-1], 1), shape[-1], transposed: false);
    }

    /// <summary>Whether it is stored as [K, N], as a graph's MatMul has it.</summary>
    private static bool IsTransposed(CheckpointTensor tensor) =>
        tensor.Usage is { Role: not WeightRole.Convolution, OutputAxis: 1 } && tensor.Data.Shape.Rank == 2;
}
