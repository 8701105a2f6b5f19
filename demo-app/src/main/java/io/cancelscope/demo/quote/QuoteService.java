package io.cancelscope.demo.quote;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.demo.audit.AuditTrail;
import io.cancelscope.demo.supplier.Suppliers;

import org.springframework.stereotype.Service;

/**
 * Asks all suppliers at once, in a scope that has the budget of the request.
 */
@Service
class QuoteService {

	static final String NAME = "GET /quotes";

	private static final ScopeOptions SCOPE = ScopeOptions.named(NAME);

	private final CancelScopes scopes;

	private final SupplierClient client;

	private final HistoryClient history;

	private final Suppliers suppliers;

	private final AuditTrail audit;

	QuoteService(CancelScopes scopes, SupplierClient client, HistoryClient history, Suppliers suppliers,
			AuditTrail audit) {
		this.scopes = scopes;
		this.client = client;
		this.history = history;
		this.suppliers = suppliers;
		this.audit = audit;
	}

	QuoteAnswer find(QuoteRequest request) {
		Inquiry inquiry = new Inquiry(request);
		return switch (request.mode()) {
			case BEST -> best(inquiry, SCOPE.withTimeout(request.budget()));
			case ALL_OR_NOTHING -> allOrNothing(inquiry, SCOPE.withTimeout(request.budget()).bubble());
		};
	}

	/** When the time is out, moves on with what has come by then. */
	private QuoteAnswer best(Inquiry inquiry, ScopeOptions options) {
		return this.scopes.callOrElse(options, (scope) -> askAll(inquiry, scope), inquiry::whatCame);
	}

	/**
	 * The first supplier that fails cancels its own scope; that bubbles up to the scope
	 * of the request, and so stops the others.
	 */
	private QuoteAnswer allOrNothing(Inquiry inquiry, ScopeOptions options) {
		try {
			return this.scopes.call(options, (scope) -> askAll(inquiry, scope));
		}
		catch (ScopeCancelledException ex) {
			throw inquiry.stopped(ex.reason());
		}
	}

	private QuoteAnswer askAll(Inquiry inquiry, CancelScope scope) {
		try {
			inquiry.ask(this.suppliers.names(), this.client, this.history);
			inquiry.awaitAnswers(scope);
			scope.check();
			return inquiry.allThere();
		}
		finally {
			this.audit.write(inquiry.auditEntry(scope));
		}
	}

}
