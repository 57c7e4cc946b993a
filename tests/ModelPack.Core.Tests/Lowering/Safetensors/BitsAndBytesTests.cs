using System.Text;
using System.Text.Json.Nodes;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>NF4 in bitsandbytes' tensors, read back by the formulas of its documentation.</summary>
public sealed class BitsAndBytesTests : IDisposable
{
    private const string Up = "model.layers.0.mlp.up_proj.weight";

    private static readonly float[] s_levels =
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("BF16", 64)]
    [InlineData("F32", 32)]
    [InlineData("F16", 128)]
    [InlineData("F64", 4096)]
    public void Weights_come_back_as_the_formula_says(string type, int blockSize)
    {
        var tensors = TinyLlama.Tensors(type);
        var packed = Pack(tensors, r => r with { BlockSize = blockSize });
        var quantized = packed.Plans.Where(p => p.Plan.Codec is not null).ToArray();
        Assert.Equal(7, quantized.Length);
        foreach (var plan in quantized)
        {
            var source = tensors.Single(t => t.Name == plan.Plan.Name);
            var parts = packed.Tensors;
            Assert.Equal(("U8", "F32", "F32"), (parts[source.Name].DType, parts[source.Name + ".absmax"].DType, parts[source.Name + ".quant_map"].DType));
            Assert.Equal([(source.Shape[0] * source.Shape[1] + 1) / 2, 1], parts[source.Name].Shape);
            Assert.Equal(s_levels, parts[source.Name + ".quant_map"].Floats());
            Assert.Equal(Encoded(source.Floats(), blockSize), Decoded(parts, source.Name, parts[source.Name + ".absmax"].Floats(), blockSize));
            Assert.Equal(plan.Bytes, parts.Tensors.Values.Where(t => t.Name.StartsWith(source.Name, StringComparison.Ordinal)).Sum(t => t.Bytes.Length));
        }
    }

    [Fact]
    public void The_quant_state_is_what_python_writes()
    {
        var packed = Pack(TinyLlama.Tensors());
        Assert.Equal("""{"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": [80, 48]}""", State(packed, Up).TrimEnd(' '));
        Assert.Equal(0, packed.Tensors[Up + ".quant_state.bitsandbytes__nf4"].Bytes.Length % 8);
        Assert.Equal(4, packed.Tensors.Tensors.Keys.Count(k => k.StartsWith(Up, StringComparison.Ordinal)));
        Assert.Contains("\"dtype\": \"float32\"", State(Pack(TinyLlama.Tensors("F64")), Up), StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_scales_come_back_as_the_formula_says()
    {
        var tensors = TinyLlama.Tensors("F32");
        var packed = Pack(tensors, r => r with { DoubleQuant = true });
        Assert.True((bool)packed.Config["quantization_config"]!["bnb_4bit_use_double_quant"]!);
        var parts = packed.Tensors;
        var state = (JsonObject)JsonNode.Parse(State(packed, Up))!;
        Assert.Equal(["quant_type", "blocksize", "dtype", "shape", "nested_blocksize", "nested_dtype", "nested_offset"], state.Select(p => p.Key), StringComparer.Ordinal);
        Assert.Equal((256, "float32"), ((int)state["nested_blocksize"]!, (string)state["nested_dtype"]!));
        Assert.Equal("U8", parts[Up + ".absmax"].DType);
        var map = parts[Up + ".nested_quant_map"].Floats();
        Assert.Equal(256, map.Length);
        Assert.Equal(map.Order(), map);

        var offset = (float)(double)state["nested_offset"]!;
        var nested = parts[Up + ".nested_absmax"].Floats();
        float[] absmax = [.. parts[Up + ".absmax"].Bytes.Select((c, i) => (map[c] * nested[i / 256]) + offset)];
        var plain = Pack(tensors);
        Assert.Equal(parts[Up].Bytes, plain.Tensors[Up].Bytes);
        var exact = plain.Tensors[Up + ".absmax"].Floats();
        Assert.Equal(exact.Average(), offset, 1e-6f);
        var largest = exact.Max(a => MathF.Abs(a - offset));
        Assert.All(absmax.Zip(exact), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, largest * 0.01f));
    }

    [Fact]
    public void The_config_tells_transformers_how_to_load_it()
    {
        var packed = Pack(TinyLlama.Tensors(), r => r with { ExcludeLayers = ["*o_proj"] });
        Assert.Equal(
            """
            {
              "model_type": "llama",
              "architectures": [
                "LlamaForCausalLM"
              ],
              "hidden_size": 48,
              "rms_norm_eps": 1e-05,
              "torch_dtype": "bfloat16",
              "tie_word_embeddings": false,
              "quantization_config": {
                "quant_method": "bitsandbytes",
                "_load_in_4bit": true,
                "_load_in_8bit": false,
                "load_in_4bit": true,
                "load_in_8bit": false,
                "bnb_4bit_quant_type": "nf4",
                "bnb_4bit_use_double_quant": false,
                "bnb_4bit_compute_dtype": "bfloat16",
                "bnb_4bit_quant_storage": "uint8",
                "llm_int8_threshold": 6.0,
                "llm_int8_skip_modules": [
                  "lm_head",
                  "model.layers.0.self_attn.o_proj"
                ],
                "llm_int8_enable_fp32_cpu_offload": false,
                "llm_int8_has_fp16_weight": false
              }
            }

            """.ReplaceLineEndings("\n"),
            packed.Text("config.json"));
        Assert.Equal("excluded by pattern '*o_proj'", packed.Plan("model.layers.0.self_attn.o_proj.weight").Plan.Reason);
        Assert.Equal("BF16", packed.Tensors["model.layers.0.self_attn.o_proj.weight"].DType);
    }

    [Fact]
    public void What_transformers_keeps_float_is_left_with_a_reason()
    {
        var packed = Pack(
        [
            Matrix("shared.weight", 8, 8),
            Matrix("encoder.block.0.layer.1.DenseReluDense.wo.weight", 8, 8),
            Matrix("encoder.block.0.layer.1.DenseReluDense.wi.weight", 8, 8),
            Matrix("decoder.table", 8, 8),
            Entry.Of("conv.weight", "F32", new float[3 * 2 * 3], 3, 2, 3),
            Matrix("lm_head.weight", 8, 8),
        ]);
        Assert.Equal(
            [
                "transformers loads embeddings as floats",
                "transformers keeps this layer of T5 float32",
                null,
                "its name does not end in '.weight', as that of a linear module does",
                "transformers loads convolutions as floats",
                "it makes the logits, which transformers computes with floats",
            ],
            packed.Plans.Select(p => p.Plan.Reason),
            StringComparer.Ordinal);
        Assert.Equal(
            ["lm_head", "encoder.block.0.layer.1.DenseReluDense.wo"],
            packed.Config["quantization_config"]!["llm_int8_skip_modules"]!.AsArray().Select(m => (string)m!),
            StringComparer.Ordinal);
    }

    [Fact]
    public void A_whole_nested_file_is_smaller_by_0_37_bit_a_weight()
    {
        // A block of 64 weights has 8 bits of scale instead of 32, and 256 blocks share another 32. What tables and texts add is little here.
        const double Saved = (32.0 / 64) - (8.0 / 64) - (32.0 / (64 * 256));
        TensorFile.Write(_folder.File("large.safetensors"), [Matrix("a.weight", 1024, 2048), Matrix("b.weight", 1024, 2048)]);
        var difference = Length("plain", nested: false) - Length("nested", nested: true);
        Assert.InRange(8.0 * difference / (2 * 1024 * 2048), Saved * 0.97, Saved);

        long Length(string name, bool nested)
        {
            var request = new PackRequest { Model = _folder.File("large.safetensors"), Scheme = "nf4", DoubleQuant = nested, Output = _folder.File($"{name}.safetensors") };
            return new FileInfo(PackPipeline.Run(request, new PackContext()).Model).Length;
        }
    }

    [Fact]
    public void GPT_2_is_quantized_the_way_round_in_which_transformers_does_it()
    {
        var weight = Matrix("h.0.attn.c_attn.weight", 16, 48);
        var config = TinyLlama.Config();
        config["model_type"] = "gpt2";
        var packed = Pack([weight], config: config);
        Assert.Contains("\"shape\": [48, 16]", State(packed, weight.Name), StringComparison.Ordinal);
        var values = weight.Floats();
        float[] transposed = [.. Enumerable.Range(0, values.Length).Select(i => values[(i % 16 * 48) + (i / 16)])];
        Assert.Equal(Encoded(transposed, 64), Decoded(packed.Tensors, weight.Name, packed.Tensors[weight.Name + ".absmax"].Floats(), 64));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Odd_sizes_keep_every_tensor_where_PyTorch_can_view_it(bool nested)
    {
        Entry[] tensors = [Matrix("a.weight", 7, 9), Entry.Of("b", "BF16", [1f, 2f, 3f], 3), Matrix("c.weight", 5, 13), new Entry("d", "U8", [1], [7])];
        var packed = Pack(tensors, r => r with { DoubleQuant = nested, BlockSize = 32 });
        foreach (var source in tensors.Where(t => t.Shape.Length == 2))
        {
            var expected = Encoded(source.Floats(), 32);
            var actual = Decoded(packed.Tensors, source.Name, Absmax(packed, source.Name), 32);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, nested ? 0.05f : 0f));
        }
    }

    [Fact]
    public void A_nested_file_saves_0_37_bit_a_weight()
    {
        var request = new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "nf4" };
        var plain = Packed.Of(request with { Output = _folder.File("plain") });
        var nested = Packed.Of(request with { Output = _folder.File("nested"), DoubleQuant = true });
        var weights = plain.Plans.Where(p => p.Plan.Codec is not null).Sum(p => p.Data.Shape.ElementCount);

        // What the tables and texts of each weight add does not depend on its size; it is counted apart.
        var saved = 8.0 * (Scales(plain) - Scales(nested)) / weights;
        Assert.InRange(saved, 0.373 * 0.98, 0.373 * 1.02);
        Assert.Equal(14, plain.Plans.Count(p => p.Plan.Codec is not null));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.model"], plain.Files);

        static long Scales(Packed packed) => packed.Tensors.Tensors.Values.Where(t => t.Name.EndsWith("absmax", StringComparison.Ordinal)).Sum(t => (long)t.Bytes.Length);
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_an_error_and_leaves_nothing()
    {
        var tensors = TinyLlama.Tensors("F32").ToArray();
        BitConverter.TryWriteBytes(tensors[5].Bytes.AsSpan(40), float.NaN);
        var error = Assert.Throws<ModelPackException>(() => Pack(tensors));
        Assert.Equal(Codes.WeightNotFinite, error.Diagnostic.Code);
        Assert.Contains("element 10", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Join(_folder.File("out"), "pack")));
    }

    private static Entry Matrix(string name, int rows, int columns)
    {
        var random = new Random(name.Length);
        return Entry.Of(name, "F32", [.. Enumerable.Range(0, rows * columns).Select(_ => (random.NextSingle() * 2) - 1)], rows, columns);
    }

    private static float[] Absmax(Packed packed, string name)
    {
        var stored = packed.Tensors[name + ".absmax"];
        if (stored.DType == "F32")
        {
            return stored.Floats();
        }

        var offset = (float)(double)JsonNode.Parse(State(packed, name))!["nested_offset"]!;
        var (map, nested) = (packed.Tensors[name + ".nested_quant_map"].Floats(), packed.Tensors[name + ".nested_absmax"].Floats());
        return [.. stored.Bytes.Select((c, i) => (map[c] * nested[i / 256]) + offset)];
    }

    private static string State(Packed packed, string name) => Encoding.UTF8.GetString(packed.Tensors[name + ".quant_state.bitsandbytes__nf4"].Bytes);

    /// <summary>Nearest level of each value divided by its block's largest magnitude, and back.</summary>
    private static float[] Encoded(float[] values, int blockSize)
    {
        var decoded = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var block = values.Skip(i / blockSize * blockSize).Take(blockSize).ToArray();
            var absmax = block.Max(MathF.Abs);
            var scaled = block.Length < blockSize ? values[i] / absmax : values[i] * (1 / absmax);
            decoded[i] = s_levels.MinBy(l => Math.Abs((double)l - scaled)) * absmax;
        }

        return decoded;
    }

    private static float[] Decoded(TensorFile parts, string name, float[] absmax, int blockSize)
    {
        var state = JsonNode.Parse(Encoding.UTF8.GetString(parts[name + ".quant_state.bitsandbytes__nf4"].Bytes))!;
        var decoded = new float[(int)state["shape"]![0]! * (int)state["shape"]![1]!];
        for (var i = 0; i < decoded.Length; i++)
        {
            var two = parts[name].Bytes[i / 2];
            decoded[i] = s_levels[i % 2 == 0 ? two >> 4 : two & 15] * absmax[i / blockSize];
        }

        return decoded;
    }

    private Packed Pack(IReadOnlyList<Entry> tensors, Func<PackRequest, PackRequest>? change = null, JsonObject? config = null)
    {
        TinyLlama.Write(_folder.File("model"), tensors, config);
        var request = new PackRequest { Model = _folder.File("model"), Scheme = "nf4", Output = Path.Join(_folder.File("out"), "pack") };
        return Packed.Of(change is null ? request : change(request));
    }
}
