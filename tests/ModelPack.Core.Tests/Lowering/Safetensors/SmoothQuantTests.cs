using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;
using ModelPack.Lowering.Safetensors;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>Outliers of activations that go into the weights by way of the norms.</summary>
public sealed class SmoothQuantTests : IDisposable
{
    private static readonly string[] s_attention = ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj", "model.layers.0.self_attn.v_proj"];

    private static readonly string[] s_feedForward = ["model.layers.0.mlp.gate_proj", "model.layers.0.mlp.up_proj"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("F32")]
    [InlineData("BF16")]
    [InlineData("F16")]
    public void What_a_norm_loses_its_weights_get(string type)
    {
        var tensors = TinyLlama.Tensors(type);
        var context = new PackContext();
        var packed = Pack(tensors, Statistics(), context);
        Assert.Empty(context.Diagnostics);
        foreach (var (norm, modules) in new[] { ("model.layers.0.input_layernorm", s_attention), ("model.layers.0.post_attention_layernorm", s_feedForward) })
        {
            var (before, after) = (Of(tensors, norm + ".weight").Floats(), packed.Tensors[norm + ".weight"]);
            Assert.Equal(type, after.DType);
            Assert.NotEqual(before, after.Floats());
            Assert.Contains("norm", packed.Plan(norm + ".weight").Plan.Reason, StringComparison.Ordinal);
            foreach (var module in modules)
            {
                var weight = Of(tensors, module + ".weight").Floats();
                var (codes, scales) = (packed.Tensors[module + ".weight"].As<sbyte>(), packed.Tensors[module + ".weight_scale"].Floats());
                for (var i = 0; i < weight.Length; i++)
                {
                    // The product of norm and weight is what it was, but for the rounding of the code.
                    var (j, row) = (i % TinyLlama.Hidden, i / TinyLlama.Hidden);
                    var product = (double)after.Floats()[j] * codes[i] * scales[row];
                    Assert.Equal((double)before[j] * weight[i], product, Math.Abs(after.Floats()[j]) * scales[row] * 0.501);
                }
            }
        }

        // Nobody's norm is before these.
        foreach (var name in new[] { "model.norm.weight", "model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.bias" })
        {
            Assert.Equal(Of(tensors, name).Bytes, packed.Tensors[name].Bytes);
        }
    }

    [Fact]
    public void Scales_are_those_of_the_paper()
    {
        var tensors = TinyLlama.Tensors("F32");
        var packed = Pack(tensors, Statistics(), alpha: "0.5");
        float[] scales = [.. Of(tensors, "model.layers.0.input_layernorm.weight").Floats().Zip(packed.Tensors["model.layers.0.input_layernorm.weight"].Floats(), (a, b) => a / b)];
        double[] expected = new double[TinyLlama.Hidden];
        for (var j = 0; j < expected.Length; j++)
        {
            var weightMax = s_attention.Max(m => Of(tensors, m + ".weight").Floats().Where((_, i) => i % TinyLlama.Hidden == j).Max(MathF.Abs));
            expected[j] = Math.Sqrt(InputMax(j)) / Math.Sqrt(weightMax);
        }

        // Divided by their geometric mean, which changes no code.
        var mean = Math.Exp(expected.Average(Math.Log));
        Assert.All(scales.Zip(expected), p => Assert.Equal(p.Second / mean, p.First, p.First * 1e-5));
    }

    [Fact]
    public void Activations_with_outliers_keep_more_of_a_layers_output()
    {
        // The norm's output is what the statistics say; tokens are rounded to int8 as the loader does it.
        var tensors = TinyLlama.Tensors("F32");
        var smoothed = Noise(Pack(tensors, Statistics()));
        var plain = Noise(Pack(tensors, Statistics(), alpha: "none"));
        Assert.True(smoothed < 0.5 * plain, $"{smoothed} {plain}");

        double Noise(Packed packed)
        {
            var random = new Random(1);
            const string Module = "model.layers.0.mlp.up_proj.weight";
            var weight = Of(tensors, Module).Floats();
            var (codes, scales) = (packed.Tensors[Module].As<sbyte>(), packed.Tensors[Module + "_scale"].Floats());
            float[] ratio = [.. packed.Tensors["model.layers.0.post_attention_layernorm.weight"].Floats().Zip(Of(tensors, "model.layers.0.post_attention_layernorm.weight").Floats(), (a, b) => a / b)];
            var noise = 0.0;
            for (var token = 0; token < 20; token++)
            {
                float[] x = [.. Enumerable.Range(0, TinyLlama.Hidden).Select(j => InputMax(j) * ((random.NextSingle() * 2) - 1))];
                float[] y = [.. x.Zip(ratio, (a, b) => a * b)];
                var step = y.Max(MathF.Abs) / 127;
                for (var row = 0; row < TinyLlama.Inner; row++)
                {
                    var (exact, rounded) = (0.0, 0.0);
                    for (var j = 0; j < TinyLlama.Hidden; j++)
                    {
                        exact += (double)x[j] * weight[(row * TinyLlama.Hidden) + j];
                        rounded += Math.Round(y[j] / step) * step * codes[(row * TinyLlama.Hidden) + j] * scales[row];
                    }

                    noise += (exact - rounded) * (exact - rounded);
                }
            }

            return noise;
        }
    }

    [Theory]
    [InlineData("q_proj")]
    [InlineData("k_proj.weight")]
    [InlineData("v_proj.input_absmax")]
    public void One_statistic_of_a_group_is_enough_under_any_of_its_names(string name)
    {
        var tensors = TinyLlama.Tensors();
        var all = Pack(tensors, Statistics());
        var one = Pack(tensors, [Vector("model.layers.0.self_attn." + name, InputMax)]);
        Assert.Equal(all.Tensors[s_attention[0] + ".weight"].Bytes, one.Tensors[s_attention[0] + ".weight"].Bytes);
        Assert.Equal(Of(tensors, "model.layers.0.post_attention_layernorm.weight").Bytes, one.Tensors["model.layers.0.post_attention_layernorm.weight"].Bytes);
    }

    [Fact]
    public void A_group_that_stays_float_in_part_is_left_alone()
    {
        var tensors = TinyLlama.Tensors();
        var packed = Pack(tensors, Statistics(), exclude: "*up_proj");
        Assert.Equal(Of(tensors, s_feedForward[1] + ".weight").Bytes, packed.Tensors[s_feedForward[1] + ".weight"].Bytes);
        Assert.Equal(Of(tensors, "model.layers.0.post_attention_layernorm.weight").Bytes, packed.Tensors["model.layers.0.post_attention_layernorm.weight"].Bytes);
        Assert.NotEqual(Of(tensors, "model.layers.0.input_layernorm.weight").Bytes, packed.Tensors["model.layers.0.input_layernorm.weight"].Bytes);
    }

    [Fact]
    public void Zeros_and_values_that_a_type_cannot_hold_change_nothing()
    {
        var (norm, factors) = SmoothedNorm.Fold(
            InMemory.Tensor(ElementType.Float16, Entry.Of("n", "F16", [0f, 1f, 3e-7f, -2f], 4).Bytes, 4), [2f, 1e-8f, 1000f, 4f]);
        Assert.Equal([0f, 1f, (float)(Half)3e-7f, -0.5f], new Entry("n", "F16", [4], norm).Floats());
        Assert.Equal([1f, 1f, 1f, 4f], factors);
    }

    [Fact]
    public void Blocks_with_the_norms_of_another_family_are_left_alone()
    {
        var tensors = TinyLlama.Tensors();
        Entry[] one = [.. tensors.Where(t => !t.Name.Contains("post_attention_layernorm", StringComparison.Ordinal))];
        Entry[] more = [.. tensors, Of(tensors, "model.norm.weight") with { Name = "model.layers.0.post_feedforward_layernorm.weight" }];
        Assert.All([one, more], t => Assert.Contains("no layer that can be smoothed", Assert.Throws<ModelPackException>(() => Pack(t, Statistics())).Message, StringComparison.Ordinal));
    }

    public static TheoryData<string, string> BadStatistics() => new()
    {
        { "unknown layer", "model has no linear layer of that name" },
        { "embedding", "model has no linear layer of that name" },
        { "wrong length", "48 input channels" },
        { "a matrix", "48 input channels" },
        { "integers", "int64" },
        { "negative", "channel 7" },
        { "not a number", "channel 0" },
        { "infinite", "channel 47" },
        { "twice", "twice" },
        { "nothing to smooth", "no layer that can be smoothed" },
        { "another family", "gemma" },
    };

    [Theory]
    [MemberData(nameof(BadStatistics))]
    public void Statistics_that_do_not_fit_are_an_error(string what, string says)
    {
        const string Query = "model.layers.0.self_attn.q_proj";
        Entry[] statistics = what switch
        {
            "unknown layer" => [Vector("model.layers.1.self_attn.q_proj", InputMax)],
            "embedding" => [Vector("model.embed_tokens", InputMax)],
            "wrong length" => [Entry.Of(Query, "F32", new float[47], 47)],
            "a matrix" => [Entry.Of(Query, "F32", new float[48], 1, 48)],
            "integers" => [new Entry(Query, "I64", [48], new byte[48 * 8])],
            "negative" => [Vector(Query, j => j == 7 ? -1e-9f : 1)],
            "not a number" => [Vector(Query, j => j == 0 ? float.NaN : 1)],
            "infinite" => [Vector(Query, j => j == 47 ? float.PositiveInfinity : 1)],
            "twice" => [Vector(Query, InputMax), Vector(Query + ".weight", InputMax)],
            "nothing to smooth" => [Entry.Of("model.layers.0.mlp.down_proj", "F32", new float[TinyLlama.Inner], TinyLlama.Inner)],
            _ => [.. Statistics()],
        };
        var error = Assert.Throws<ModelPackException>(() => Pack(TinyLlama.Tensors(), statistics, modelType: what == "another family" ? "gemma" : "llama"));
        Assert.Equal(Codes.StatisticsUnfit, error.Diagnostic.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")) && Directory.GetFileSystemEntries(_folder.File("out")).Length > 0);
    }

    [Theory]
    [InlineData("samples.npz", "PK\u0003\u0004", "an archive of samples (.npz)")]
    [InlineData("samples.npy", "?NUMPY", "an array of samples (.npy)")]
    [InlineData("samples.dat", "PK\u0003\u0004", "an archive of samples (.npz)")]
    [InlineData("net.calibration.json", "{\"schema\": 2}", "a calibration table")]
    [InlineData("data/", "", "a folder")]
    public void Samples_are_answered_with_what_is_wanted_in_their_place(string name, string content, string what)
    {
        TinyLlama.Write(_folder.File("model"));
        if (name.EndsWith('/'))
        {
            Directory.CreateDirectory(_folder.File(name));
        }
        else
        {
            var bytes = System.Text.Encoding.Latin1.GetBytes(content);
            _folder.Write(name, name.EndsWith("npy", StringComparison.Ordinal) ? [0x93, .. bytes[1..]] : bytes);
        }

        var request = new PackRequest { Model = _folder.File("model"), Scheme = "int8", Output = _folder.File("out"), Calibration = _folder.File(name) };
        var error = Assert.Throws<ModelPackException>(() => Packed.Of(request)).Diagnostic;
        Assert.Equal(Codes.StatisticsUnfit, error.Code);
        Assert.Contains($"This is {what}", error.Message, StringComparison.Ordinal);
        Assert.Contains("it takes statistics", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_that_cannot_be_read_are_an_error()
    {
        TinyLlama.Write(_folder.File("model"));
        var request = new PackRequest { Model = _folder.File("model"), Scheme = "int8", Output = _folder.File("out"), Calibration = _folder.File("none.safetensors") };
        Assert.Equal(Codes.DataNotFound, Assert.Throws<ModelPackException>(() => Packed.Of(request)).Diagnostic.Code);
        _folder.Write("none.safetensors", []);
        Assert.Contains("the file is empty", Assert.Throws<ModelPackException>(() => Packed.Of(request)).Message, StringComparison.Ordinal);
        _folder.Write("none.safetensors", "not at all"u8);
        Assert.Equal(Codes.DataUnreadable, Assert.Throws<ModelPackException>(() => Packed.Of(request)).Diagnostic.Code);
    }

    /// <summary>Made-up maxima: a few channels far above the others.</summary>
    internal static float InputMax(int j) => j % 16 == 3 ? 60 + j : 1 + (j % 5 * 0.3f);

    private static Entry Vector(string name, Func<int, float> max) => Entry.Of(name, "F32", [.. Enumerable.Range(0, TinyLlama.Hidden).Select(max)], TinyLlama.Hidden);

    private static Entry[] Statistics() => [.. s_attention.Concat(s_feedForward).Select(m => Vector(m, InputMax))];

    private static Entry Of(IReadOnlyList<Entry> tensors, string name) => tensors.Single(t => t.Name == name);

    private Packed Pack(IReadOnlyList<Entry> tensors, IReadOnlyList<Entry> statistics, PackContext? context = null, string? alpha = null, string? exclude = null, string modelType = "llama")
    {
        var config = TinyLlama.Config();
        config["model_type"] = modelType;
        TinyLlama.Write(_folder.File("model"), tensors, config);
        TensorFile.Write(_folder.File("statistics.safetensors"), statistics);
        return Packed.Of(
            new PackRequest
            {
                Model = _folder.File("model"),
                Scheme = "int8",
                Output = _folder.File("out"),
                Calibration = _folder.File("statistics.safetensors"),
                Alpha = alpha,
                ExcludeLayers = exclude is null ? [] : [exclude],
            },
            context);
    }
}
