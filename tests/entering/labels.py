"""One page with captions as badly as people write them: each field is named by a person, and kept by its `id`."""

# ruff: noqa: E501 - markup is easier to read on one line

from __future__ import annotations

__all__ = ["FIELDS", "PAGE", "SHOWN"]

PAGE = """<!DOCTYPE html><meta charset=utf-8><style>.phone{display:none}.off{position:absolute;left:-9999px}.grid{display:grid;grid-template-columns:120px 200px 120px 200px}</style>
<table><tr><td>N&uacute;mero&nbsp;*&nbsp;:</td><td><input id=number></td><td rowspan=2>Importe<br>(neto):</td><td rowspan=2><input id=net> EUR</td></tr>
<tr><td colspan=1>Fecha :</td><td><input id=date></td></tr>
<tr><td>Divisa</td><td><select id=currency><option>EUR<option>USD</select></td><td colspan=2><input type=checkbox id=paid> Pagada</td></tr></table>
<table><tr><th>Desde</th><th>Hasta</th></tr><tr><td><input id=from></td><td><input id=to></td></tr><tr><th>Centro</th><th>Proyecto</th></tr><tr><td><input id=centre></td><td><input id=project></td></tr></table>
<fieldset><legend>Dirección de facturación</legend><label for=street1>Calle</label><input id=street1><div>Teléfono</div><input id=phone1><input type=radio name=k1 id=company1>Empresa <input type=radio name=k1 id=person1>Particular</fieldset>
<fieldset><legend>Dirección de envío</legend><label for=street2>Calle</label><input id=street2><div>Teléfono</div><input id=phone2><input type=radio name=k2 id=company2>Empresa <input type=radio name=k2 id=person2>Particular</fieldset>
<h3>Banco</h3><p><label>Titular <input id=holder1></label></p><h3>Agencia</h3><p><label>Titular <input id=holder2></label></p>
<div class=grid><div>Grid one</div><div><input id=grid1></div><div>Grid two</div><div><input id=grid2></div><div>Grid three</div><div><input id=grid3></div></div>
<div><span id=w1>Gastos</span> <span id=w2>de envío</span> <input id=freight aria-labelledby="w1 w2"></div>
<div class=phone><label>Observaciones <input id=notes_phone></label></div><input class=off aria-label=Observaciones id=trap><label>Observaciones <input id=notes></label>
<div><input type=checkbox id=urgent><span>Urgente</span><input type=checkbox id=final><span>Definitiva</span></div>
<div>Aceptar<input type=checkbox id=accept> Rechazar<input type=checkbox id=refuse></div>
<label><input type=checkbox id=drawn style="display:none"><span style="border:1px solid;padding:4px">Dibujada</span></label>
<input placeholder="Buscar..." id=search><input title="Código postal" id=zip>
<table><tr><td>Descuento</td><td><input id=discount size=3> % <input id=discount_amount size=6> EUR</td></tr><tr><td>Estado</td><td>Abierta</td><td>Contrato</td><td><input id=contract></td></tr></table>
<table><tr><td colspan=2>Primera parte</td></tr><tr><td>Cuenta</td><td><input id=account1></td></tr></table><table><tr><td colspan=2>Segunda parte</td></tr><tr><td>Cuenta</td><td><input id=account2></td></tr></table>
<ul><li>Línea 1 <button id=edit1>Editar</button></li><li>Línea 2 <button id=edit2>Editar</button></li></ul>
<dl><dt>Base</dt><dd>100,00</dd><dt>Vacía</dt><dd></dd><dt>Cuota</dt><dd>21,00</dd></dl><p><b>Total:</b> 121,00 EUR<br><b>Pagado:</b> 0,00</p>
<table><tr><th>Neto</th><th>IVA</th></tr><tr><td>5,00</td><td>1,05</td></tr></table>
<div><p class=f><span>Cierre</span><span id=host></span></p><p class=f><span>Moneda</span><span id=money style="cursor:pointer">Elija</span></p><p class=f><span>Notas</span><textarea id=memo></textarea></p><p class=f><span>Turno</span><span>Elija</span></p><button id=more>Otra</button></div>
<div><p class=f><span>Zona</span><span>Elija</span></p><p class=f><span>Lugar</span><input id=place></p></div><div id=finish style="cursor:pointer">Terminar</div>
<table><tr><td>629</td></tr></table><div id=choices><div id=c623>623 Profesionales</div><div id=c629>629 Otros</div></div>
<script>host.attachShadow({mode: 'open'}).innerHTML = '<input id=due>'</script>"""

FIELDS: list[tuple[str, object, str]] = [
    ("edit", "Número", "number"), ("edit", "Importe (neto)", "net"), ("edit", "Fecha", "date"),
    ("edit", "Divisa", "currency"), ("tick", "Pagada", "paid"), ("edit", "Desde", "from"), ("edit", "Hasta", "to"),
    ("edit", "Centro", "centre"), ("edit", "Proyecto", "project"),
    ("edit", {"label": "Calle", "within": "Dirección de facturación"}, "street1"),
    ("edit", {"label": "Calle", "within": "Dirección de envío"}, "street2"),
    ("edit", {"row": "Teléfono", "within": "Dirección de envío"}, "phone2"),
    ("tick", {"row": "Particular", "within": "Dirección de facturación"}, "person1"),
    ("tick", {"row": "Empresa", "within": "Dirección de envío"}, "company2"),
    ("edit", {"label": "Titular", "within": "Banco"}, "holder1"),
    ("edit", {"label": "Titular", "within": "Agencia"}, "holder2"),
    ("edit", "Grid one", "grid1"), ("edit", "Grid two", "grid2"), ("edit", "Grid three", "grid3"),
    ("edit", "Gastos de envío", "freight"), ("edit", "Observaciones", "notes"), ("tick", "Urgente", "urgent"),
    ("tick", "Definitiva", "final"), ("tick", "Aceptar", "accept"), ("tick", "Rechazar", "refuse"),
    ("tick", "Dibujada", "drawn"), ("edit", "Buscar", "search"), ("edit", "Código postal", "zip"),
    ("edit", "Descuento", "discount"), ("edit", "Contrato", "contract"),
    ("edit", {"row": "Cuenta", "within": "Primera parte"}, "account1"),
    ("edit", {"row": "Cuenta", "within": "Segunda parte"}, "account2"),
    ("press", {"text": "Editar", "in_row": "Línea 2"}, "edit2"), ("press", {"text": "Editar", "line": "1"}, "edit1"),
    ("press", {"text": "Editar", "line": "last"}, "edit2"),
    # an input in a component's shadow root; drop-downs and buttons that are but drawn
    ("edit", "Cierre", "due"), ("edit", "Notas", "memo"), ("edit", "Lugar", "place"), ("press", {"row": "Moneda"}, "money"),
    ("press", "Terminar", "finish"), ("edit", "Moneda", ""), ("edit", "Zona", ""), ("edit", "Turno", ""),
    ("press", {"row": "Turno"}, ""), ("any", {"text": "629", "within": "css=#choices"}, "c629"),
    # what two fields answer to, what no field does, and what only looks like a caption: nothing rather than a guess
    ("edit", "Calle", ""), ("edit", "Teléfono", ""), ("edit", "Titular", ""), ("tick", "Empresa", ""),
    ("edit", "Estado", ""), ("edit", "Dirección de envío", ""), ("press", "Editar", ""),
    ("edit", {"label": "Calle", "within": "Banco"}, ""), ("edit", {"row": "Cuenta", "within": "Tercera parte"}, ""),
    ("press", {"text": "Editar", "in_row": "Línea 3"}, ""), ("press", {"text": "Editar", "line": "3"}, ""),
]  # fmt: skip
"""(kind, what a person writes, the `id` of what is meant; "" for nothing)"""

SHOWN = {
    "Base": "100,00", "Vacía": "", "Cuota": "21,00", "Total": "121,00 EUR", "Pagado": "0,00", "Neto": "5,00",
    "IVA": "1,05", "Estado": "Abierta",
}  # fmt: skip
"""Caption and the value that it stands for."""
