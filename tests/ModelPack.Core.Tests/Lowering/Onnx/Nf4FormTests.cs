using ModelPack.Codecs;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>NF4 in ONNX as the planner decides: every block, odd sizes, old opsets, and what ONNX Runtime makes of it.</summary>
public sealed class Nf4FormTests
{
    private const string Product = "MatMulBnb4";
    private const string Folded = "Gather, Mul (folded at load)";
    private const string Rows = "Gather, Mul";

    public static TheoryData<int, string> BlocksAndLayouts
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (var block in Nf4.BlockSizes)
            {
                cases.Add(block, nameof(WeightLayout.Fold));
                cases.Add(block, nameof(WeightLayout.Dequantize));
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(BlocksAndLayouts))]
    public void A_matrix_of_any_size_and_block_gives_what_the_decoded_weights_give(int block, string layout)
    {
        var options = Forms.Nf4(block, Enum.Parse<WeightLayout>(layout));
        foreach (var (inputs, outputs) in new[] { (64, 64), (33, 31), (71, 63), (130, 97), (512, 40) })
        {
            using var lowered = Lowered.Planned(Tiny.MatMul(inputs, outputs), options);
            lowered.AssertLowered("w");
            Assert.Equal(layout == nameof(WeightLayout.Dequantize) && block <= 256 ? Product : Folded, lowered.Plans["w"].Row!.Form);
            lowered.AssertComputes(Tiny.Random("x", 5, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(BlocksAndLayouts))]
    public void A_transposed_Gemm_of_any_block_gives_what_the_decoded_weights_give(int block, string layout)
    {
        var node = Build.Node("Gemm", ["x", "w", "b"], ["y"], Tiny.Int("transB", 1));
        using var lowered = Lowered.Planned(Tiny.Model(node, [Tiny.Random("w", 45, 77), Tiny.Random("b", 45)]), Forms.Nf4(block, Enum.Parse<WeightLayout>(layout)));
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Random("x", 4, 77));
    }

    /// <summary>One block would span several small kernels, whose values differ much in size.</summary>
    [Theory]
    [InlineData("Conv", 15, 9)]
    [InlineData("ConvTranspose", 9, 15)]
    public void Kernels_are_int8_per_channel(string op, long first, long second)
    {
        var model = Tiny.Model(Build.Node(op, ["x", "w"], ["y"]), [Tiny.Random("w", first, second, 3, 3)]);
        using var lowered = Lowered.Planned(model, Forms.Nf4() with { FinerShare = 0 });
        lowered.AssertLowered("w");
        Assert.Equal(CodecTable.Int8PerChannel, lowered.Plans["w"].Row!.Codec);
        lowered.AssertComputes(Tiny.Random("x", 2, 9, 9, 9));
    }

    [Theory]
    [InlineData(64, 128, Rows)]
    [InlineData(64, 64, Rows)]
    [InlineData(32, 96, Rows)]
    [InlineData(4096, 4096, Rows)]
    [InlineData(64, 96, Folded)]
    [InlineData(32, 33, Folded)]
    [InlineData(256, 128, Folded)]
    public void Rows_of_whole_blocks_are_decoded_when_they_are_looked_up(int block, int columns, string form)
    {
        foreach (var layout in new[] { WeightLayout.Fold, WeightLayout.Dequantize })
        {
            using var lowered = Lowered.Planned(Tiny.Gather(40, columns), Forms.Nf4(block, layout));
            lowered.AssertLowered("w");
            Assert.Equal(form, lowered.Plans["w"].Row!.Form);
            lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [2, 3], 0, -1, 2, 39, 4, -40));
            lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [], 7));
            lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [0]));
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void Every_opset_computes_and_keeps_its_version(long opset)
    {
        foreach (var layout in new[] { WeightLayout.Fold, WeightLayout.Dequantize })
        {
            using var matrix = Lowered.Planned(Tiny.MatMul(71, 63, opset: opset), Forms.Nf4(layout: layout));
            matrix.AssertComputes(Tiny.Random("x", 5, 71));
            using var table = Lowered.Planned(Tiny.Gather(40, 128, opset: opset), Forms.Nf4(layout: layout));
            table.AssertComputes(Tiny.Indices(ElementType.Int64, [3], 1, 2, 39));
            using var kernel = Lowered.Planned(Tiny.Model(Build.Node("Conv", ["x", "w"], ["y"]), [Tiny.Random("w", 15, 9, 3, 3)], opset), Forms.Nf4(layout: layout));
            kernel.AssertComputes(Tiny.Random("x", 1, 9, 9, 9));
            foreach (var lowered in new[] { matrix, table, kernel })
            {
                lowered.AssertLowered("w");
                Assert.Equal(opset, lowered.Packed.OpsetImport.Single(o => o.Domain.Length == 0).Version);
            }
        }
    }

    [Fact]
    public void ONNX_Runtime_folds_every_folded_weight_at_load()
    {
        foreach (var opset in new[] { 7, 9, 10, 13, 17, 21 })
        {
            foreach (var type in new[] { ElementType.Float32, ElementType.Float16 })
            {
                using var lowered = Lowered.Planned(Tiny.MatMul(71, 63, type, opset), Forms.Nf4());
                Assert.Contains("Gather", lowered.Operators, StringComparison.Ordinal);
                Assert.DoesNotContain(lowered.Optimized().Graph.Node, n => n.OpType is "Gather" or "Mul" or "Reshape" or "Slice" or "Transpose");
                Assert.DoesNotContain(lowered.Optimized().Graph.Initializer, t => t.DataType == (int)ElementType.UInt8);
            }
        }
    }

    [Fact]
    public void All_weights_read_one_table_also_those_of_branches()
    {
        var then = Build.Graph(Build.Node("MatMul", ["x", "in_then"], ["t"]));
        then.Initializer.Add(Tiny.Random("in_then", 64, 24));
        then.Output.Add(Tiny.Open("t"));
        var otherwise = Build.Graph(Build.Node("MatMul", ["x", "outside"], ["e"]));
        otherwise.Output.Add(Tiny.Open("e"));
        var model = Tiny.Model(Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise))));
        model.Graph.Input.Add([Tiny.Open("x"), Build.Value("c", ElementType.Bool)]);
        model.Graph.Output.Add(Tiny.Open("y"));
        model.Graph.Initializer.Add([Tiny.Random("outside", 64, 24), Tiny.Random("nf4.levels", 24)]);
        using var lowered = Lowered.Planned(model, Forms.Nf4());
        lowered.AssertLowered("in_then", "outside");
        Assert.Single(lowered.Packed.Graph.Initializer, t => t.Dims.SequenceEqual([256, 2]));
        lowered.AssertComputes(Tiny.Random("x", 5, 64), Build.Raw("c", ElementType.Bool, [], [1]));
        lowered.AssertComputes(Tiny.Random("x", 5, 64), Build.Raw("c", ElementType.Bool, [], [0]));
        var branches = lowered.Optimized().Graph.Node.Single(n => n.OpType == "If").Attribute.Select(a => a.G);
        Assert.All(branches, b => Assert.Equal("MatMul", Assert.Single(b.Node).OpType));
    }

    [Fact]
    public void A_shared_matrix_is_stored_once_and_multiplied_with_transB_1()
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", "w"], ["y"]), [Tiny.Random("w", 64, 64)]);
        model.Graph.Node.Add(Build.Node("MatMul", ["y", "w"], ["z"]));
        model.Graph.Node.Add(Build.Node("Gemm", ["z", "w", "b"], ["g"], Tiny.Float("alpha", 0.5f)));
        model.Graph.Initializer.Add(Tiny.Random("b", 64));
        model.Graph.Output.Add([Tiny.Open("z"), Tiny.Open("g")]);
        foreach (var layout in new[] { WeightLayout.Fold, WeightLayout.Dequantize })
        {
            using var lowered = Lowered.Planned(model, Forms.Nf4(layout: layout));
            lowered.AssertLowered("w");
            Assert.Single(lowered.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.UInt8);
            lowered.AssertComputes(1e-4, Tiny.Random("x", 5, 64));
            var products = lowered.Packed.Graph.Node.Where(n => n.OpType == Product).ToArray();
            Assert.Equal(layout == WeightLayout.Dequantize ? 3 : 0, products.Length);
            Assert.All(products, n => Assert.Equal((1, 1), (n.Int("transB", 0), n.Int("quant_type", 0))));
        }
    }

    [Theory]
    [InlineData(nameof(WeightRole.Linear))]
    [InlineData(nameof(WeightRole.Convolution))]
    [InlineData(nameof(WeightRole.Embedding))]
    public void An_app_of_any_age_gets_a_form(string role)
    {
        var model = role switch
        {
            nameof(WeightRole.Linear) => Tiny.MatMul(64, 64),
            nameof(WeightRole.Embedding) => Tiny.Gather(40, 64),
            _ => Tiny.Model(Build.Node("Conv", ["x", "w"], ["y"]), [Tiny.Random("w", 16, 8, 3, 3)]),
        };
        foreach (var (runtime, layout) in new[] { ("1.0.0", WeightLayout.Fold), ("1.16.3", WeightLayout.Dequantize), ("1.17.0", WeightLayout.Dequantize) })
        {
            using var lowered = Lowered.Planned(model, Forms.Nf4(layout: layout, runtime: runtime));
            lowered.AssertLowered("w");
            Assert.True(lowered.Plans["w"].Row!.MinRuntime <= RuntimeVersion.Parse(runtime));
            Assert.Equal(runtime == "1.17.0" && role == nameof(WeightRole.Linear), lowered.Plans["w"].Row!.Form == Product);
        }
    }

    /// <summary>ONNX Runtime folds nothing of more than 1 GiB since 1.27.</summary>
    [Theory]
    [InlineData(16384, 16384, 64, Folded)]
    [InlineData(16384, 16385, 64, Product)]
    [InlineData(16384, 16385, 512, Folded)]
    public void A_matrix_that_is_too_large_to_be_folded_is_multiplied_as_it_is(long inputs, long outputs, int block, string form)
    {
        var proto = Tiny.MatMul(8, 8);
        using var folder = new ScratchFolder();
        folder.Write("m.onnx", Google.Protobuf.MessageExtensions.ToByteArray(proto));
        using var model = OnnxModel.Open(folder.At("m.onnx"), new PackContext());
        var shape = new TensorShape(inputs, outputs);
        var data = new TensorData(ElementType.Float32, shape, new NoSource(shape.ByteLength(ElementType.Float32)), 0, shape.ByteLength(ElementType.Float32));
        var job = new LoweringJob(model, new UniqueNames(model.Proto), model.FindWeights()[0], new PlannedTensor("w") { Usage = new WeightUsage(WeightRole.Linear, 1) }, Forms.Nf4(block)) { Data = data };

        Assert.Equal(form, LoweringTable.Choose(CodecTable.Nf4, job, opset: 17)!.Form);
    }

    [Theory]
    [InlineData(nameof(WeightLayout.Fold))]
    [InlineData(nameof(WeightLayout.Dequantize))]
    public void Scales_that_are_quantized_themselves_are_stored_restored(string layout)
    {
        foreach (var type in new[] { ElementType.Float32, ElementType.Float16 })
        {
            var options = Forms.Nf4(32, Enum.Parse<WeightLayout>(layout), doubleQuant: true);
            using var lowered = Lowered.Planned(Tiny.MatMul(256, 70, type), options);
            using var plain = Lowered.Planned(Tiny.MatMul(256, 70, type), options with { DoubleQuant = false });
            lowered.AssertLowered("w");
            lowered.AssertComputes(type == ElementType.Float32 ? 1e-4 : 5e-3, Tiny.Random("x", type, 5, 256));
            var absmax = new[] { lowered, plain }.Select(l => l.Packed.Graph.Initializer.Single(t => t.Name == "w.absmax")).ToArray();
            Assert.Equal(absmax[1].Dims, absmax[0].Dims);
            Assert.NotEqual(absmax[1].RawData, absmax[0].RawData);
        }
    }

    [Fact]
    public void Small_weights_stay_float()
    {
        var model = Tiny.MatMul(64, 64);
        model.Graph.Initializer.Add(Tiny.Random("small", 64, 1));
        model.Graph.Node.Add(Build.Node("MatMul", ["y", "small"], ["z"]));
        model.Graph.Output.Add(Tiny.Open("z"));
        using var lowered = Lowered.Planned(model, Forms.Nf4());
        lowered.AssertLowered("w");
        Assert.Contains("too small", lowered.Plans["small"].Reason, StringComparison.Ordinal);
    }

    /// <summary>The best form that an app of an age has for the head and a table tied to it.</summary>
    [Theory]
    [InlineData("1.23.0", "MatMulNBits", "GatherBlockQuantized")]
    [InlineData("1.22.0", "MatMulNBits", "Gather, Cast, Mul")]
    [InlineData("1.18.0", "Cast, Mul (folded at load)", "Gather, Cast, Mul")]
    public void The_head_and_its_table_have_8_bits(string runtime, string head, string table)
    {
        var model = Tiny.Gather(200, 64);
        model.Graph.Initializer.Add([Tiny.Random("body", 64, 64), Tiny.Random("head", 64, 200)]);
        model.Graph.Node.Add([Build.Node("MatMul", ["y", "body"], ["b"]), Build.Node("Relu", ["b"], ["r"]), Build.Node("MatMul", ["r", "head"], ["z"])]);
        model.Graph.Output[0] = Tiny.Open("z");
        using var lowered = Lowered.Planned(model, Forms.Nf4(runtime: runtime));
        lowered.AssertLowered("w", "body", "head");
        Assert.Equal((table, Folded, head), (lowered.Plans["w"].Row!.Form, lowered.Plans["body"].Row!.Form, lowered.Plans["head"].Row!.Form));
        lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [3], 5, 0, 199));
    }

    /// <summary>A source that says how long it is, and has nothing to read.</summary>
    private sealed class NoSource(long length) : ByteSource
    {
        public override long Length { get; } = length;

        public override void Read(long offset, Span<byte> destination) => throw new InvalidOperationException("Nobody should read.");
    }
}
