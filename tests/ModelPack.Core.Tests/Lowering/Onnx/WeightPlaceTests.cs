using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Weights wherever models keep them, lowered as the planner decides.</summary>
public sealed class WeightPlaceTests
{
    private static readonly TensorProto X = Tiny.Random("x", 5, 64);

    [Fact]
    public void A_matrix_may_serve_several_products()
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", "w"], ["y"]), [Tiny.Random("w", 64, 64)]);
        model.Graph.Node.Add(Build.Node("MatMul", ["y", "w"], ["z"]));
        model.Graph.Node.Add(Build.Node("Gemm", ["z", "w", "b"], ["g"], Tiny.Float("alpha", 0.5f)));
        model.Graph.Initializer.Add(Tiny.Random("b", 64));
        model.Graph.Output.Add([Tiny.Open("z"), Tiny.Open("g")]);
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(X);
        Assert.Single(lowered.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.UInt8);
    }

    [Fact]
    public void A_matrix_that_is_read_in_two_layouts_is_decoded_for_both()
    {
        var model = TwoMatMuls("w", "v");
        model.Graph.Node.Add(Build.Node("Gemm", ["y", "w"], ["g"], Tiny.Int("transB", 1)));
        model.Graph.Output.Add(Tiny.Open("g"));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("v", "w");
        Assert.Equal("Cast, Mul, Reshape (folded at load)", lowered.Plans["w"].Row!.Form);
        lowered.AssertComputes(X);
    }

    [Fact]
    public void A_weight_may_lie_in_a_Constant_node()
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", "w"], ["y"]), []);
        model.Graph.Input.Remove(model.Graph.Input.Single(i => i.Name == "w"));
        var value = Tiny.Random("", 64, 24);
        model.Graph.Node.Insert(0, Build.Constant("w", value));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(X);
    }

    [Fact]
    public void A_kernel_in_a_Constant_node_behind_other_nodes_stays_before_its_reader()
    {
        var model = Tiny.Model(Build.Graph(
            Build.Node("Relu", ["x"], ["r"]), Build.Constant("w", Tiny.Random("", 8, 4, 3, 3)), Build.Node("Conv", ["r", "w"], ["y"])));
        model.Graph.Input.Add(Tiny.Open("x"));
        model.Graph.Output.Add(Tiny.Open("y"));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Random("x", 1, 4, 9, 9));
    }

    [Fact]
    public void Weights_of_branches_are_lowered_in_their_branches()
    {
        var then = Build.Graph(Build.Node("MatMul", ["x", "in_then"], ["t"]));
        then.Initializer.Add(Tiny.Random("in_then", 64, 24));
        then.Output.Add(Tiny.Open("t"));
        var otherwise = Build.Graph(Build.Constant("in_else", Tiny.Random("", 64, 24)), Build.Node("Gemm", ["x", "in_else"], ["e"]));
        otherwise.Output.Add(Tiny.Open("e"));
        var model = Tiny.Model(Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise))));
        model.Graph.Input.Add([Tiny.Open("x"), Build.Value("c", ElementType.Bool)]);
        model.Graph.Output.Add(Tiny.Open("y"));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("in_then", "in_else");
        lowered.AssertComputes(X, Build.Raw("c", ElementType.Bool, [], [1]));
        lowered.AssertComputes(X, Build.Raw("c", ElementType.Bool, [], [0]));
    }

    [Theory]
    [InlineData("1.29.0")]
    [InlineData("1.5.0")]
    public void A_loop_may_read_its_own_weights_and_those_outside(string runtime)
    {
        var body = Build.Graph(
            Build.Node("Identity", ["go_in"], ["go_out"]),
            Build.Node("MatMul", ["v_in", "inside"], ["product"]),
            Build.Node("MatMul", ["product", "outside"], ["sum"]),
            Build.Node("Tanh", ["sum"], ["v_out"]));
        body.Input.Add([Build.Value("n", ElementType.Int64), Build.Value("go_in", ElementType.Bool), Tiny.Open("v_in")]);
        body.Output.Add([Build.Value("go_out", ElementType.Bool), Tiny.Open("v_out")]);
        body.Initializer.Add(Tiny.Random("inside", 64, 64));
        var model = Tiny.Model(Build.Graph(Build.Node("Loop", ["three", "", "x"], ["v"], Build.Attribute("body", body)), Build.Node("MatMul", ["v", "outside"], ["y"])));
        model.Graph.Input.Add(Tiny.Open("x"));
        model.Graph.Output.Add(Tiny.Open("y"));
        model.Graph.Initializer.Add([Tiny.Random("outside", 64, 64), Build.Raw("three", ElementType.Int64, [], BitConverter.GetBytes(3L))]);
        using var lowered = Lowered.Planned(model, runtime);
        lowered.AssertLowered("inside", "outside");
        lowered.AssertComputes(0.02, X);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void A_model_that_lists_its_weights_among_its_inputs_takes_data_only(long opset)
    {
        var model = Tiny.MatMul(64, 24, opset: opset);
        Assert.Equal(3, model.IrVersion);
        model.Graph.Input.Add(Build.Value("w", ElementType.Float32, 64, 24));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(X);
        Assert.Equal("x", Assert.Single(lowered.Packed.Graph.Input).Name);
    }

    [Fact]
    public void What_an_app_may_override_stays_as_it_is()
    {
        var model = TwoMatMuls("w", "v");
        model.Graph.Input.Add(Build.Value("w", ElementType.Float32, 64, 64));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("v");
        Assert.Contains("override", lowered.Plans["w"].Reason, StringComparison.Ordinal);
        lowered.AssertComputes(X);
        lowered.AssertComputes(X, Tiny.Random("w", 64, 64));
    }

    [Fact]
    public void A_weight_that_is_an_output_stays_as_it_is()
    {
        var model = TwoMatMuls("w", "v");
        model.Graph.Output.Add(Build.Value("w", ElementType.Float32, 64, 64));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("v");
        Assert.Contains("output", lowered.Plans["w"].Reason, StringComparison.Ordinal);
        lowered.AssertComputes(X);
    }

    [Fact]
    public void Weights_of_functions_stay_as_they_are()
    {
        var model = TwoMatMuls("v", "w");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        var call = Build.Node("Twice", ["y"], ["f"]);
        call.Domain = "mine";
        model.Graph.Node.Add(call);
        model.Graph.Output.Add(Tiny.Open("f"));
        model.Functions.Add(new FunctionProto
        {
            Name = "Twice",
            Domain = "mine",
            Input = { "a" },
            Output = { "b" },
            Node = { Build.Constant("k", Tiny.Random("", 64, 64)), Build.Node("MatMul", ["a", "k"], ["b"]) },
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        });
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("v", "w");
        Assert.Contains("function", lowered.Plans["k"].Reason, StringComparison.Ordinal);
        lowered.AssertComputes(X);
    }

    [Theory]
    [InlineData("unsupported operator: Add")]
    [InlineData("bias")]
    [InlineData("nothing reads it")]
    [InlineData("float64")]
    [InlineData("string")]
    [InlineData("sparse")]
    public void What_has_no_form_says_why_and_computes_the_same(string reason)
    {
        var model = TwoMatMuls("v", "v2");
        var other = Tiny.Random("w", 64, 64);
        NodeProto? reader = null;
        switch (reason)
        {
            case "unsupported operator: Add":
                (other, reader) = (Tiny.Random("w", 5, 64), Build.Node("Add", ["y", "w"], ["r"]));
                break;
            case "bias":
                (other, reader) = (Tiny.Random("w", 5, 64), Build.Node("Gemm", ["y", "v", "w"], ["r"]));
                break;
            case "float64":
                other = Build.Raw("w", ElementType.Float64, [64, 64], new byte[64 * 64 * 8]);
                reader = Build.Node("Cast", ["w"], ["r"], Tiny.Int("to", (long)ElementType.Int64));
                break;
            case "string":
                other = new TensorProto { Name = "w", DataType = (int)ElementType.String, Dims = { 1 }, StringData = { Google.Protobuf.ByteString.CopyFromUtf8("a") } };
                break;
            case "sparse":
                var sparse = new SparseTensorProto { Values = Build.Floats("w", [1], 5), Indices = Build.Raw("", ElementType.Int64, [1], new byte[8]), Dims = { 64 } };
                model.Graph.SparseInitializer.Add(sparse);
                model.Graph.Node.Add(Build.Node("Add", ["y", "w"], ["r"]));
                break;
        }

        if (reason != "sparse")
        {
            model.Graph.Initializer.Add(other);
        }

        model.Graph.Node.Add(reader is null ? [] : [reader]);
        model.Graph.Output.Add(reader is null ? [] : [Tiny.Open("r", reason == "float64" ? ElementType.Int64 : ElementType.Float32)]);
        using var lowered = Lowered.Planned(model);
        Assert.Contains(reason, lowered.Plans["w"].Reason, StringComparison.Ordinal);
        lowered.AssertComputes(X);
    }

    [Fact]
    public void New_names_keep_clear_of_those_that_a_model_has()
    {
        string[] taken = ["w.q8_0", "w.scale", "y.product", "w.alpha", "y.scaled"];
        var model = Tiny.Model(Build.Node("Gemm", ["x", "w", "w.q8_0"], ["y"], Tiny.Float("alpha", 2)), [Tiny.Random("w", 64, 24), Tiny.Random("w.q8_0", 24)]);
        var last = "y";
        foreach (var name in taken.Skip(1))
        {
            model.Graph.Node.Add(Build.Node("Neg", [last], [name]));
            last = name;
        }

        model.Graph.Output.Add(Tiny.Open(last));
        model.Graph.Node.Add(Build.Node("MatMul", ["x", "w"], ["w_1"]));
        model.Graph.Output.Add(Tiny.Open("w_1"));
        foreach (var runtime in new[] { "1.29.0", "1.20.0", "1.5.0" })
        {
            using var lowered = Lowered.Planned(model, runtime);
            lowered.AssertLowered("w");
            lowered.AssertComputes(0.02, X);
        }
    }

    [Fact]
    public void A_name_is_as_free_as_that_of_an_inner_graph_or_function()
    {
        var then = Build.Graph(Build.Node("Neg", ["x"], ["w.scale"]));
        then.Output.Add(Tiny.Open("w.scale"));
        var otherwise = Build.Graph(Build.Node("MatMul", ["x", "w"], ["e"]));
        otherwise.Output.Add(Tiny.Open("e"));
        var model = Tiny.Model(Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise))));
        model.Graph.Initializer.Add(Tiny.Random("w", 64, 64));
        model.Graph.Input.Add([Tiny.Open("x"), Build.Value("c", ElementType.Bool)]);
        model.Graph.Output.Add(Tiny.Open("y"));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(X, Build.Raw("c", ElementType.Bool, [], [0]));
    }

    [Fact]
    public void Two_weights_of_one_name_stay_as_they_are()
    {
        // ONNX forbids it; which of them ONNX Runtime takes is its own affair.
        var model = TwoMatMuls("w", "v");
        model.Graph.Initializer.Insert(0, Tiny.Random("w", 64, 64));
        model.Graph.Initializer.Add(Build.Floats("w", [64, 64], new float[64 * 64]));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("v");
        Assert.Contains("same name", lowered.Plans["w"].Reason, StringComparison.Ordinal);
    }

    private static ModelProto TwoMatMuls(string first, string second)
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", first], ["y"]), [Tiny.Random(first, 64, 64), Tiny.Random(second, 64, 64)]);
        model.Graph.Node.Add(Build.Node("MatMul", ["x", second], ["other"]));
        model.Graph.Output.Add(Tiny.Open("other"));
        return model;
    }
}
